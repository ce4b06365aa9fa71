package org.deftstream.devstack.demo;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.deftstream.schemas.avro.Reconstruction;

/**
 * Who was sent and what came back. A record is known by its place in the source topic, which every
 * answer carries, so that ids that come again in a later run on the same data cannot be mistaken
 * for duplicates. Not thread-safe.
 */
final class Tally {
  /** A record's place in the source topic. */
  record Place(int partition, long offset) {}

  /** A record that was sent. */
  record Sent(Feed.Item item, Instant at) {}

  /** A measurement with its reconstruction. */
  record Answered(Sent sent, Reconstruction reconstruction, Instant at) {
    /** Whether the learned adapter gave the answer. */
    boolean learned() {
      return reconstruction.getProvenance().getAdapterId() != null;
    }

    /** From sent to received, in milliseconds. */
    double latencyMillis() {
      return sent.at().until(at, ChronoUnit.MICROS) / 1e3;
    }
  }

  private final Map<Place, Sent> sent = new LinkedHashMap<>();
  private final Map<Place, Answered> answered = new LinkedHashMap<>();
  private final Map<Place, Inbox.DeadLetter> deadLetters = new LinkedHashMap<>();
  private final List<String> problems = new ArrayList<>();
  private int duplicates;

  /** Takes note of a record that the broker has acknowledged. */
  void sent(Place place, Feed.Item item, Instant at) {
    sent.put(place, new Sent(item, at));
  }

  /**
   * Takes note of a reconstruction.
   *
   * @return the first answer to a record of this run; empty for others
   */
  Optional<Answered> accept(Inbox.Answer answer) {
    var source = answer.reconstruction().getProvenance();
    var place = new Place(source.getSourcePartition(), source.getSourceOffset());
    if (!isFirst(place)) {
      return Optional.empty();
    }
    var request = sent.get(place);
    if (request.item().hostile() != null) {
      problems.add(request.item().hostile().what() + " was reconstructed");
    } else if (!request.item().key().equals(answer.reconstruction().getMeasurementId())) {
      problems.add(
          request.item().key() + " was answered as " + answer.reconstruction().getMeasurementId());
    }
    var result = new Answered(request, answer.reconstruction(), answer.at());
    answered.put(place, result);
    return request.item().subject() == null ? Optional.empty() : Optional.of(result);
  }

  /**
   * Takes note of a dead letter.
   *
   * @return the record that it answers; empty if it is none of this run or was answered before
   */
  Optional<Sent> accept(Inbox.DeadLetter letter) {
    if (!isFirst(letter.place())) {
      return Optional.empty();
    }
    deadLetters.put(letter.place(), letter);
    var request = sent.get(letter.place());
    if (request.item().hostile() == null) {
      problems.add(request.item().key() + " was dead-lettered: " + letter.message());
    }
    return Optional.of(request);
  }

  private boolean isFirst(Place place) {
    if (!sent.containsKey(place)) {
      return false;
    }
    if (answered.containsKey(place) || deadLetters.containsKey(place)) {
      duplicates++;
      return false;
    }
    return true;
  }

  /** Records without an answer. */
  int open() {
    return sent.size() - answered.size() - deadLetters.size();
  }

  /** The reconstructions in the order of arrival. */
  List<Answered> answered() {
    return List.copyOf(answered.values());
  }

  /** The counts. */
  DemoResult.Records records() {
    int hostile = (int) sent.values().stream().filter(s -> s.item().hostile() != null).count();
    return new DemoResult.Records(
        sent.size(), answered.size(), deadLetters.size(), duplicates, open(), hostile);
  }

  /** What became of the hostile records, in the order they were sent. */
  List<DemoResult.HostileOutcome> hostile() {
    var outcomes = new ArrayList<DemoResult.HostileOutcome>();
    sent.forEach(
        (place, request) -> {
          var hostile = request.item().hostile();
          if (hostile != null) {
            var letter = deadLetters.get(place);
            outcomes.add(
                new DemoResult.HostileOutcome(
                    hostile.key(),
                    hostile.what(),
                    letter != null,
                    letter == null ? null : letter.stage(),
                    letter == null ? null : letter.message()));
          }
        });
    return outcomes;
  }

  /** What is wrong with the answers, one line each; empty when all is well. */
  List<String> problems() {
    var lines = new ArrayList<>(problems);
    if (open() > 0) {
      lines.add(open() + " of " + sent.size() + " records got no answer");
    }
    if (duplicates > 0) {
      lines.add(duplicates + " records were answered more than once");
    }
    return lines;
  }
}
