package org.deftstream.devstack.demo;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.deftstream.cli.SentRecord;
import org.deftstream.cli.TaskSample;
import org.deftstream.deft.image.IntensityScale;
import org.deftstream.devstack.instruments.Answer;
import org.deftstream.devstack.instruments.Scan;
import org.deftstream.schemas.Tensors;
import org.deftstream.schemas.avro.Reconstruction;
import org.deftstream.schemas.avro.Tensor;

/**
 * Sends scans one after the other, so that the time of each is its own, and waits for what comes
 * back. Not thread-safe.
 */
final class InstrumentStream {
  private static final Duration POLL = Duration.ofMillis(50);
  private static final Duration SWAP = Duration.ofMinutes(2);
  private static final Duration BEAT = Duration.ofSeconds(1);
  private static final IntensityScale IDENTITY = new IntensityScale(1, 0, "");

  private final Sender sender;
  private final Inbox inbox;
  private final Runnable alive;
  private final Runnable beat;
  private final Instant deadline;
  private final List<String> problems = new ArrayList<>();
  private final Map<Tally.Place, Waiting> sent = new HashMap<>();
  private int duplicates;

  /**
   * An answered scan.
   *
   * @param reconstruction of its record
   * @param answer in units of images
   * @param latencyMillis from sent to received
   */
  record Answered(Scan scan, Reconstruction reconstruction, Answer answer, double latencyMillis) {}

  private static final class Waiting {
    private final TaskSample sample;
    private final Instant at = Instant.now();
    private Reconstruction reconstruction;
    private Instant came;
    private String refusal;

    private Waiting(TaskSample sample) {
      this.sample = sample;
    }

    private boolean open() {
      return reconstruction == null && refusal == null;
    }
  }

  /**
   * Prepares a stream.
   *
   * @param alive throws a {@link org.deftstream.deft.UserError} if a part has stopped
   * @param beat called about every second
   * @param longest what all of it may take
   */
  InstrumentStream(Sender sender, Inbox inbox, Runnable alive, Runnable beat, Duration longest) {
    this.sender = sender;
    this.inbox = inbox;
    this.alive = alive;
    this.beat = beat;
    deadline = Instant.now().plus(longest);
  }

  /**
   * Has adapters published and waits until all of them serve. If one is refused or does not come,
   * that is a problem more, and its task is answered as it was.
   */
  void swap(SwapWatch watch, Runnable publish) {
    watch.published(Instant.now());
    publish.run();
    var until = Instant.now().plus(SWAP);
    while (!watch.done() && watch.refusal().isEmpty() && Instant.now().isBefore(until)) {
      alive.run();
      for (var arrival : inbox.poll(POLL)) {
        if (arrival instanceof Inbox.Status status) {
          watch.accept(status);
        }
      }
    }
    watch.refusal().ifPresent(problems::add);
    if (!watch.done() && watch.refusal().isEmpty()) {
      problems.add("not all adapters served within " + SWAP.toSeconds() + " s");
    }
  }

  /** Sends a scan and waits for its answer; empty, and a problem more, if there is none. */
  Optional<Answered> answer(Scan scan) {
    var waiting = new LinkedHashMap<Tally.Place, Waiting>();
    put(scan.record(), waiting);
    scan.draws().forEach(draw -> put(draw, waiting));
    sent.putAll(waiting);
    var beaten = Instant.now();
    while (waiting.values().stream().anyMatch(Waiting::open)) {
      if (Instant.now().isAfter(deadline)) {
        problems.add(scan.record().source() + ": no answer before the deadline");
        return Optional.empty();
      }
      alive.run();
      take(inbox.poll(POLL));
      if (beaten.until(Instant.now(), ChronoUnit.MILLIS) >= BEAT.toMillis()) {
        beat.run();
        beaten = Instant.now();
      }
    }
    var all = List.copyOf(waiting.values());
    var refused = all.stream().filter(each -> each.refusal != null).findFirst();
    if (refused.isPresent()) {
      problems.add(refused.get().sample.source() + " was dead-lettered: " + refused.get().refusal);
      return Optional.empty();
    }
    var main = all.get(0);
    var deviation = main.reconstruction.getStandardDeviation();
    double slope = Math.abs(scale(main).slope());
    return Optional.of(
        new Answered(
            scan,
            main.reconstruction,
            new Answer(
                image(main),
                deviation == null ? null : scaled(deviation, 1 / slope, 0),
                all.stream().skip(1).map(InstrumentStream::image).toList()),
            main.at.until(main.came, ChronoUnit.MICROS) / 1e3));
  }

  private void put(TaskSample sample, Map<Tally.Place, Waiting> waiting) {
    var each = new Waiting(sample);
    waiting.put(sender.put(sample.id(), sender.serialize(SentRecord.measurement(sample))), each);
  }

  private void take(List<Inbox.Arrival> arrivals) {
    for (var arrival : arrivals) {
      if (arrival instanceof Inbox.Answer answer) {
        var source = answer.reconstruction().getProvenance();
        var each = first(new Tally.Place(source.getSourcePartition(), source.getSourceOffset()));
        each.ifPresent(
            one -> {
              one.reconstruction = answer.reconstruction();
              one.came = answer.at();
            });
      } else if (arrival instanceof Inbox.DeadLetter letter) {
        first(letter.place()).ifPresent(one -> one.refusal = letter.message());
      }
    }
  }

  private Optional<Waiting> first(Tally.Place place) {
    var each = sent.get(place);
    if (each != null && !each.open()) {
      duplicates++;
      return Optional.empty();
    }
    return Optional.ofNullable(each);
  }

  /** Takes everything that the service has still committed; after it has stopped. */
  void drain(Duration within) {
    take(inbox.drain(within));
  }

  /** What went wrong, one line each. */
  List<String> problems() {
    var all = new ArrayList<>(problems);
    if (duplicates > 0) {
      all.add(duplicates + " records were answered more than once");
    }
    return all;
  }

  private static IntensityScale scale(Waiting each) {
    return each.sample.scale().orElse(IDENTITY);
  }

  private static float[] image(Waiting each) {
    var scale = scale(each);
    return scaled(
        each.reconstruction.getMean(), 1 / scale.slope(), -scale.intercept() / scale.slope());
  }

  private static float[] scaled(Tensor tensor, double slope, double intercept) {
    float[] values = Tensors.toFloats(tensor);
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (slope * values[i] + intercept);
    }
    return values;
  }
}
