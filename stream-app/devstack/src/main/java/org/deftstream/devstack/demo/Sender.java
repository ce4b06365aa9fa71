package org.deftstream.devstack.demo;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.deftstream.deft.UserError;
import org.deftstream.schemas.Serdes;
import org.deftstream.schemas.Topics;
import org.deftstream.schemas.avro.Measurement;

/**
 * The instrument's side: writes measurements, and hostile bytes among them. Each record is waited
 * for, so that its place in the topic is known before its answer can come. Not thread-safe; whoever
 * opened it closes it.
 */
final class Sender implements AutoCloseable {
  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  private final String topic;
  private final KafkaProducer<String, byte[]> producer;
  private final Serializer<Measurement> serializer;

  private Sender(
      String topic, KafkaProducer<String, byte[]> producer, Serializer<Measurement> serializer) {
    this.topic = topic;
    this.producer = producer;
    this.serializer = serializer;
  }

  /** Opens a sender to a topic of measurements. */
  static Sender open(String bootstrapServers, Serdes serdes, String topic) {
    int timeout = Math.toIntExact(TIMEOUT.toMillis());
    Map<String, Object> config =
        Map.of(
            ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
            bootstrapServers,
            ProducerConfig.ACKS_CONFIG,
            "all",
            ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG,
            true,
            ProducerConfig.LINGER_MS_CONFIG,
            0,
            ProducerConfig.MAX_REQUEST_SIZE_CONFIG,
            Topics.MAX_MESSAGE_BYTES,
            ProducerConfig.MAX_BLOCK_MS_CONFIG,
            timeout,
            ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG,
            timeout / 2,
            ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG,
            timeout);
    return new Sender(
        topic,
        new KafkaProducer<>(config, new StringSerializer(), new ByteArraySerializer()),
        serdes.serializer(Measurement.class));
  }

  /** The bytes of a good record. */
  byte[] serialize(Measurement measurement) {
    return serializer.serialize(topic, measurement);
  }

  /**
   * Sends one record and waits until the broker has it.
   *
   * @return when it was handed to the client
   * @throws UserError if the broker does not take it
   */
  Instant send(Feed.Item item, Tally tally) {
    byte[] value =
        item.hostile() != null
            ? item.hostile().value()
            : serialize(item.subject().record(item.key()));
    var at = Instant.now();
    tally.sent(put(item.key(), value), item, at);
    return at;
  }

  /**
   * Sends bytes and waits until the broker has them.
   *
   * @return where they are
   * @throws UserError if the broker does not take them
   */
  Tally.Place put(String key, byte[] value) {
    try {
      var metadata =
          producer
              .send(new ProducerRecord<>(topic, key, value))
              .get(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
      return new Tally.Place(metadata.partition(), metadata.offset());
    } catch (ExecutionException | TimeoutException e) {
      Throwable cause = e instanceof ExecutionException ? e.getCause() : e;
      throw new UserError("the broker did not take record " + key + ": " + cause, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UserError("interrupted while record " + key + " was sent", e);
    }
  }

  @Override
  public void close() {
    producer.close(Duration.ofSeconds(5));
    serializer.close();
  }
}
