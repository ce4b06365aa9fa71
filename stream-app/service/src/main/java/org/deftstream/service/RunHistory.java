package org.deftstream.service;

import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.deftstream.service.topology.SourceHistory;

/**
 * Remembers over the runs of a process how far each topic of measurements was consumed for certain,
 * and rewinds consumers: an offset that was committed for a topic that was made anew since is
 * nothing. A rewind is noted when a task begins, and done before its consumer polls. Thread-safe.
 */
final class RunHistory implements SourceHistory {
  private final String topic;
  private final Set<TopicPartition> rewinds = ConcurrentHashMap.newKeySet();
  private final Map<Place, Long> certain = new ConcurrentHashMap<>();
  private final Set<UUID> sources = ConcurrentHashMap.newKeySet();

  private record Place(UUID source, int partition) {}

  /** Of nothing yet. */
  RunHistory(String topic) {
    this.topic = topic;
  }

  /** A run begins on a topic. */
  void begin(UUID source) {
    sources.add(source);
  }

  /** A record was read while the topic was certainly the one that its run was begun for. */
  void confirm(UUID source, int partition, long offset) {
    certain.merge(new Place(source, partition), offset + 1, Math::max);
  }

  @Override
  public long certainBelow(UUID source, int partition) {
    return sources.contains(source)
        ? certain.getOrDefault(new Place(source, partition), 0L)
        : Long.MAX_VALUE;
  }

  @Override
  public void consume(int partition, boolean beginning) {
    var noting = new TopicPartition(topic, partition);
    if (beginning) {
      rewinds.add(noting);
    } else {
      // Of a task that went away before its consumer polled.
      rewinds.remove(noting);
    }
  }

  /** Rewinds what is noted for the partitions of a consumer; called by its thread. */
  void rewind(Consumer<?, ?> consumer) {
    if (rewinds.isEmpty()) {
      return;
    }
    var assigned = consumer.assignment();
    var due = rewinds.stream().filter(assigned::contains).toList();
    if (!due.isEmpty()) {
      // Without partitions it would rewind all.
      consumer.seekToBeginning(due);
      due.forEach(rewinds::remove);
    }
  }
}
