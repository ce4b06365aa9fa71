package org.deftstream.service;

import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.ThreadMetadata;

/** What Kafka Streams says of itself. Thread-safe. */
interface StreamsView {
  /** Its state. */
  KafkaStreams.State state();

  /** Its threads that have not ended; none before the start and after the end. */
  Set<ThreadMetadata> threads();

  /** What they wait for before they run, where that is known. */
  default Optional<String> awaited() {
    return Optional.empty();
  }

  /** Of some streams. */
  static StreamsView of(KafkaStreams streams) {
    return new StreamsView() {
      @Override
      public KafkaStreams.State state() {
        return streams.state();
      }

      @Override
      public Set<ThreadMetadata> threads() {
        try {
          return streams.metadataForLocalThreads().stream()
              .filter(thread -> !thread.threadState().equals("DEAD"))
              .collect(Collectors.toUnmodifiableSet());
        } catch (IllegalStateException e) {
          // Not started, or over; and it may end at any moment.
          return Set.of();
        }
      }
    };
  }

  /** Partitions of a topic that its threads consume now. */
  default Set<Integer> partitions(String topic) {
    Set<Integer> owned = new HashSet<>();
    for (var thread : threads()) {
      for (var task : thread.activeTasks()) {
        task.topicPartitions().stream()
            .filter(each -> each.topic().equals(topic))
            .forEach(each -> owned.add(each.partition()));
      }
    }
    return owned;
  }
}
