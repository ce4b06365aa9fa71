package org.deftstream.service;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;

/**
 * Finds the record at which reading fails: a poll that fails tells no more than where it began.
 * Each search has a consumer of its own, which returns one record at a time. Thread-safe.
 */
final class UnreadableRecord {
  private static final Duration LONGEST = Duration.ofSeconds(10);
  private static final Duration POLL = Duration.ofMillis(500);

  private final Supplier<Map<String, Object>> reader;
  private final int records;

  /**
   * Makes a finder.
   *
   * @param reader settings of a consumer without a group
   * @param records how many a stream thread's poll returns at most
   */
  UnreadableRecord(Supplier<Map<String, Object>> reader, int records) {
    this.reader = reader;
    this.records = records;
  }

  /**
   * Looks for it.
   *
   * @param partition where
   * @param from the position of the poll that failed
   * @return its offset; empty if all of that poll can be read, or if nothing came for some seconds
   */
  OptionalLong find(TopicPartition partition, long from) {
    var settings = reader.get();
    settings.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 1);
    long deadline = System.nanoTime() + LONGEST.toNanos();
    try (var consumer = new KafkaConsumer<byte[], byte[]>(settings)) {
      consumer.assign(List.of(partition));
      consumer.seek(partition, from);
      long end = consumer.endOffsets(List.of(partition), LONGEST).get(partition);
      int read = 0;
      while (read <= records
          && consumer.position(partition) < end
          && System.nanoTime() - deadline < 0) {
        try {
          read += consumer.poll(POLL).count();
        } catch (Error e) {
          return OptionalLong.of(consumer.position(partition));
        }
      }
    } catch (RuntimeException e) {
      // Not found; what failed first is what is told.
    }
    return OptionalLong.empty();
  }
}
