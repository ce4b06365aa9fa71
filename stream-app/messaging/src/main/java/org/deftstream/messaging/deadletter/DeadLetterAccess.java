package org.deftstream.messaging.deadletter;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.deftstream.schemas.Serdes;
import org.deftstream.schemas.Topics;

/**
 * How the topics of measurements and dead letters are reached. Immutable.
 *
 * @param consumer settings of consumers under Kafka's names, {@code bootstrap.servers} included
 * @param producer the same of producers
 * @param serdes for the registry
 * @param topics names of the topics
 * @param application name of the service, part of what replays are noted under
 * @param maxRecordBytes largest record that is read or written
 * @param timeout bound of every wait for Kafka
 */
public record DeadLetterAccess(
    Map<String, Object> consumer,
    Map<String, Object> producer,
    Serdes serdes,
    Topics topics,
    String application,
    int maxRecordBytes,
    Duration timeout) {
  private static final int MIB = 1 << 20;

  /** Copies the settings. */
  public DeadLetterAccess {
    consumer = Map.copyOf(consumer);
    producer = Map.copyOf(producer);
  }

  /** Settings of a consumer of committed records that joins no group. */
  Map<String, Object> reader() {
    Map<String, Object> config = new HashMap<>(consumer);
    config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    config.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    config.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
    config.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
    config.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, Math.max(8 * MIB, maxRecordBytes));
    config.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 100);
    config.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, millis());
    return config;
  }

  /** The same, for what was noted under a group's name. */
  Map<String, Object> reader(String group) {
    var config = reader();
    config.put(ConsumerConfig.GROUP_ID_CONFIG, group);
    return config;
  }

  /** Settings of a producer whose records appear all or none. */
  Map<String, Object> writer(String transactionalId) {
    Map<String, Object> config = new HashMap<>(producer);
    config.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, transactionalId);
    config.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
    config.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
    config.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, maxRecordBytes + MIB);
    config.put(
        ProducerConfig.BUFFER_MEMORY_CONFIG, Math.max(32L * MIB, 2L * (maxRecordBytes + MIB)));
    config.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, millis());
    return config;
  }

  private int millis() {
    return Math.toIntExact(timeout.toMillis());
  }

  /** The service's name; never the settings, which may hold secrets. */
  @Override
  public String toString() {
    return "dead letters of " + application;
  }
}
