package org.deftstream.cli;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.deftstream.deft.UserError;
import org.deftstream.messaging.config.ConnectionKeys;
import org.deftstream.messaging.config.ServiceKeys;
import org.deftstream.messaging.config.ServiceSettings;

/**
 * Reads topics from their beginning, committed records only, without a consumer group: nothing that
 * it does is noted, and running it again reads all again. Used by one thread, to be closed; the
 * thread that ends the process may close it too, and then there is nothing more to read.
 */
final class TopicReader implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(300);
  private static final int MIB = 1 << 20;

  private final List<String> topics;
  private final Duration patience;
  private final KafkaConsumer<byte[], byte[]> consumer;
  private final Map<TopicPartition, Long> ends;
  private boolean closed;

  private TopicReader(
      List<String> topics, Duration patience, KafkaConsumer<byte[], byte[]> consumer) {
    this.topics = topics;
    this.patience = patience;
    this.consumer = consumer;
    var partitions = new ArrayList<TopicPartition>();
    for (String topic : topics) {
      var infos = consumer.partitionsFor(topic);
      if (infos == null || infos.isEmpty()) {
        throw new UserError(
            "topic '" + topic + "' does not exist; create it with: deftstream topics create");
      }
      infos.forEach(info -> partitions.add(new TopicPartition(topic, info.partition())));
    }
    consumer.assign(partitions);
    consumer.seekToBeginning(partitions);
    ends = consumer.endOffsets(partitions);
  }

  /**
   * Opens topics at their beginning.
   *
   * @throws UserError if one is not there or Kafka does not answer
   */
  static TopicReader open(ServiceSettings settings, String... topics) {
    var consumer = new KafkaConsumer<byte[], byte[]>(config(settings));
    try {
      return new TopicReader(
          List.of(topics), settings.get(ConnectionKeys.CONNECT_TIMEOUT), consumer);
    } catch (KafkaException e) {
      consumer.close();
      throw unreadable(List.of(topics), e);
    } catch (RuntimeException e) {
      consumer.close();
      throw e;
    }
  }

  /** How a consumer of committed records is set up that joins no group. */
  static Map<String, Object> config(ServiceSettings settings) {
    Map<String, Object> config = new HashMap<>(settings.consumerConfig());
    config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    config.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    config.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
    config.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
    config.put(
        ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG,
        Math.max(8 * MIB, settings.get(ServiceKeys.RECORDS_MAX_BYTES)));
    config.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 100);
    config.put(
        ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
        Math.toIntExact(settings.get(ConnectionKeys.CONNECT_TIMEOUT).toMillis()));
    return config;
  }

  /** Reads what was there when it was opened. */
  void toEnd(Consumer<ConsumerRecord<byte[], byte[]>> taker) {
    long silentSince = System.nanoTime();
    while (!atEnd()) {
      if (some(taker)) {
        silentSince = System.nanoTime();
      } else if (System.nanoTime() - silentSince > patience.toNanos()) {
        throw new UserError(
            String.join(", ", topics)
                + ": Kafka was silent for "
                + patience.toSeconds()
                + " s before the end");
      }
    }
  }

  /** Whether everything was read that was there when it was opened. */
  synchronized boolean atEnd() {
    try {
      return closed
          || ends.entrySet().stream()
              .allMatch(end -> consumer.position(end.getKey()) >= end.getValue());
    } catch (KafkaException e) {
      throw unreadable(topics, e);
    }
  }

  /** Waits a moment for records; whether there were some. */
  synchronized boolean some(Consumer<ConsumerRecord<byte[], byte[]>> taker) {
    if (closed) {
      return false;
    }
    try {
      var records = consumer.poll(POLL);
      records.forEach(taker);
      return !records.isEmpty();
    } catch (KafkaException e) {
      throw unreadable(topics, e);
    }
  }

  private static UserError unreadable(List<String> topics, KafkaException e) {
    return new UserError("cannot read " + String.join(", ", topics) + ": " + e.getMessage(), e);
  }

  @Override
  public synchronized void close() {
    closed = true;
    consumer.close();
  }
}
