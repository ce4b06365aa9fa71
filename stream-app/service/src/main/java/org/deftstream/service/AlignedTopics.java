package org.deftstream.service;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.errors.InvalidPartitionsException;
import org.deftstream.deft.UserError;
import org.deftstream.schemas.Topics;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The topics that belong to the measurements, with as many partitions as these have. Where the
 * measurements have grown, the others are grown here: an answer lies in the partition of its
 * measurement, a task needs a probe of its own, and its ledger a partition of the changelog. Kafka
 * Streams itself would refuse the changelog and recommend to delete it, with all that it holds.
 */
final class AlignedTopics {
  private static final Logger log = LoggerFactory.getLogger(AlignedTopics.class);
  private static final long PAUSE_MS = 100;
  private static final int ATTEMPTS = 100;

  private AlignedTopics() {}

  /**
   * Looks, grows what is too small, and looks again.
   *
   * @param admin a client; borrowed
   * @param changelog topic of the ledger, which Kafka Streams makes when it is missing
   * @return descriptions of the topics of measurements, probes, reconstructions and dead letters
   * @throws UnfitTopicsException if one is missing, has too many partitions, or cannot be grown
   * @throws UserError if Kafka does not answer
   */
  static Map<String, TopicDescription> of(Admin admin, Topics topics, String changelog) {
    for (int attempt = 0; ; attempt++) {
      var found = described(admin, topics, changelog);
      int partitions = count(found.get(topics.measurements()));
      requireNoMore(topics, changelog, found, partitions);
      var small = found.values().stream().filter(topic -> count(topic) < partitions).toList();
      if (small.isEmpty()) {
        found.remove(changelog);
        return found;
      }
      if (attempt == 0) {
        grow(admin, topics, small, partitions);
      } else if (attempt == ATTEMPTS) {
        throw new UserError("Kafka was told to grow " + names(small) + ", but has not done it yet");
      }
      pause();
    }
  }

  private static Map<String, TopicDescription> described(
      Admin admin, Topics topics, String changelog) {
    var needed =
        List.of(
            topics.measurements(), topics.probes(), topics.reconstructions(), topics.deadLetters());
    var asked = new ArrayList<>(needed);
    asked.add(changelog);
    Map<String, TopicDescription> found = new HashMap<>();
    admin
        .describeTopics(asked)
        .topicNameValues()
        .forEach(
            (name, answer) -> {
              try {
                found.put(name, AdminAnswers.get(answer, "describe its topics"));
              } catch (UnfitTopicsException e) {
                // Not there; it is named below.
              }
            });
    var missing = needed.stream().filter(name -> !found.containsKey(name)).toList();
    if (!missing.isEmpty()) {
      throw new UnfitTopicsException(
          "Kafka lacks "
              + (missing.size() == 1 ? "the topic " : "the topics ")
              + String.join(", ", missing)
              + "; create what is missing with: deftstream topics create");
    }
    return found;
  }

  private static void requireNoMore(
      Topics topics, String changelog, Map<String, TopicDescription> found, int partitions) {
    for (var name : List.of(topics.probes(), changelog)) {
      var topic = found.get(name);
      if (topic != null && count(topic) > partitions) {
        throw new UnfitTopicsException(
            "topic %s has %d partitions, but needs exactly the %d of %s; give all of them as many with: deftstream topics create --partitions %d"
                .formatted(
                    name,
                    count(topic),
                    partitions,
                    topics.measurements(),
                    most(found, partitions)));
      }
    }
  }

  private static int most(Map<String, TopicDescription> found, int partitions) {
    return found.values().stream().mapToInt(AlignedTopics::count).reduce(partitions, Math::max);
  }

  private static void grow(
      Admin admin, Topics topics, List<TopicDescription> small, int partitions) {
    var wanted =
        small.stream()
            .collect(
                Collectors.toMap(
                    TopicDescription::name, topic -> NewPartitions.increaseTo(partitions)));
    var grown = admin.createPartitions(wanted).values();
    for (var topic : small) {
      try {
        AdminAnswers.get(grown.get(topic.name()), "grow topic " + topic.name());
        log.info(
            "topic {} was grown from {} to {} partitions, as many as {} has",
            topic.name(),
            count(topic),
            partitions,
            topics.measurements());
      } catch (UserError e) {
        if (e.getCause() != null && e.getCause().getCause() instanceof InvalidPartitionsException) {
          // Another instance was faster; whether it is enough is looked at again.
          continue;
        }
        throw new UnfitTopicsException(
            "topic %s has %d partitions, but needs the %d of %s, and could not be grown (%s); somebody who may do it says: deftstream topics create --partitions %d"
                .formatted(
                    topic.name(),
                    count(topic),
                    partitions,
                    topics.measurements(),
                    e.getMessage(),
                    partitions),
            e);
      }
    }
  }

  private static String names(List<TopicDescription> topics) {
    return topics.stream().map(TopicDescription::name).collect(Collectors.joining(", "));
  }

  private static int count(TopicDescription topic) {
    return topic.partitions().size();
  }

  private static void pause() {
    try {
      Thread.sleep(PAUSE_MS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UserError("the service was interrupted while its topics were grown", e);
    }
  }
}
