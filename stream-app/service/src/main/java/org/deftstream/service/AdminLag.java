package org.deftstream.service;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsOptions;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsSpec;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;

/**
 * Counts the measurements that wait as {@code kafka-consumer-groups --describe} does: the end of
 * the log less the group's committed offset, or less the log's beginning where nothing was
 * committed. One thread at a time; closed by its owner.
 */
final class AdminLag implements Callable<Map<Integer, Long>>, AutoCloseable {
  private static final Duration CLOSE = Duration.ofSeconds(2);
  private static final int TIMEOUT_MS = 8_000;

  private final String topic;
  private final String group;
  private final Supplier<Set<Integer>> owned;
  private final Admin admin;

  /**
   * Makes a client.
   *
   * @param topic topic of measurements
   * @param group the service's consumer group
   * @param owned partitions that are asked for: those that this instance consumes
   * @param settings of the client
   */
  AdminLag(String topic, String group, Supplier<Set<Integer>> owned, Map<String, Object> settings) {
    this.topic = topic;
    this.group = group;
    this.owned = owned;
    this.admin = Admin.create(settings);
  }

  /**
   * Asks.
   *
   * @return number of measurements that wait, by owned partition
   * @throws TimeoutException if no broker answers within seconds
   * @throws org.apache.kafka.common.KafkaException if a broker answers with an error
   */
  @Override
  public Map<Integer, Long> call() throws InterruptedException {
    var partitions = owned.get().stream().map(each -> new TopicPartition(topic, each)).toList();
    // Also asked without a partition: whether the brokers answer is news of its own.
    Map<TopicPartition, OffsetAndMetadata> committed =
        answer(
            admin
                .listConsumerGroupOffsets(
                    Map.of(group, new ListConsumerGroupOffsetsSpec().topicPartitions(partitions)),
                    new ListConsumerGroupOffsetsOptions().timeoutMs(TIMEOUT_MS))
                .partitionsToOffsetAndMetadata());
    var ends = new HashMap<TopicPartition, OffsetSpec>();
    var starts = new HashMap<TopicPartition, OffsetSpec>();
    for (var each : partitions) {
      ends.put(each, OffsetSpec.latest());
      if (committed.get(each) == null) {
        starts.put(each, OffsetSpec.earliest());
      }
    }
    Map<TopicPartition, Long> from = offsets(starts);
    committed.forEach(
        (each, offset) -> {
          if (offset != null) {
            from.put(each, offset.offset());
          }
        });
    Map<Integer, Long> waiting = new HashMap<>();
    offsets(ends)
        .forEach(
            (each, end) ->
                waiting.put(each.partition(), Math.max(0, end - from.getOrDefault(each, end))));
    return waiting;
  }

  private Map<TopicPartition, Long> offsets(Map<TopicPartition, OffsetSpec> asked)
      throws InterruptedException {
    Map<TopicPartition, Long> found = new HashMap<>();
    if (!asked.isEmpty()) {
      answer(admin.listOffsets(asked, new ListOffsetsOptions().timeoutMs(TIMEOUT_MS)).all())
          .forEach((each, offset) -> found.put(each, offset.offset()));
    }
    return found;
  }

  private static <T> T answer(KafkaFuture<T> future) throws InterruptedException {
    try {
      return future.get(2L * TIMEOUT_MS, TimeUnit.MILLISECONDS);
    } catch (java.util.concurrent.TimeoutException e) {
      throw new TimeoutException("no answer", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException known) {
        throw known;
      }
      throw new IllegalStateException(e.getCause());
    }
  }

  @Override
  public void close() {
    admin.close(CLOSE);
  }
}
