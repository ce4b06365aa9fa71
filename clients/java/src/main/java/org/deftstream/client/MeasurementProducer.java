package org.deftstream.client;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serializer;
import org.deftstream.schemas.RegistryErrors;
import org.deftstream.schemas.avro.Measurement;

/**
 * Sends measurements. A record is stored once, and those of one key in the order in which they were
 * sent; a measurement that is sent again under its id gives the same image.
 *
 * <p>What waits to be sent is bounded in bytes ({@code buffer.memory}), and every wait by {@link
 * ClientOptions#timeout}. Thread safe. Whoever opened it closes it.
 */
public final class MeasurementProducer implements AutoCloseable {
  private static final int MIB = 1 << 20;
  private static final long QUEUE_BYTES = 64L * MIB;

  private final ClientOptions options;
  private final Producer<byte[], byte[]> producer;
  private final Serializer<Measurement> serializer;

  MeasurementProducer(
      ClientOptions options,
      Producer<byte[], byte[]> producer,
      Serializer<Measurement> serializer) {
    this.options = options;
    this.producer = producer;
    this.serializer = serializer;
  }

  /**
   * Opens a producer; nothing is asked of Kafka or the registry yet.
   *
   * @throws ClientException if the settings are not what Kafka's client takes
   */
  public static MeasurementProducer open(ClientOptions options) {
    try {
      return new MeasurementProducer(
          options,
          new KafkaProducer<>(config(options)),
          options.serdes().serializer(Measurement.class));
    } catch (KafkaException e) {
      throw new ClientException("cannot send with these settings: " + RegistryErrors.reason(e), e);
    }
  }

  private static Map<String, Object> config(ClientOptions options) {
    Map<String, Object> config = new HashMap<>();
    int most = options.topics().maxRecordBytes();
    config.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, options.bootstrapServers());
    config.put(ProducerConfig.ACKS_CONFIG, "all");
    config.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    config.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, most);
    config.put(ProducerConfig.BUFFER_MEMORY_CONFIG, Math.max(QUEUE_BYTES, 2L * most));
    config.put(ProducerConfig.LINGER_MS_CONFIG, 0);
    config.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, options.millis());
    config.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, options.millis());
    config.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, Math.max(1, options.millis() / 2));
    config.putAll(options.kafka());
    config.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
    config.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
    return config;
  }

  /** Sends a measurement under its id as key, and asks for nothing else. */
  public CompletableFuture<Place> send(Measurement measurement) {
    return send(measurement.getId(), measurement, Instructions.NONE);
  }

  /**
   * Sends a measurement.
   *
   * @param key what shall stay in order, for example a scanner's name; null for any partition
   * @param how adapter, priority and deadline
   * @return completes with its place when it is stored, or with a {@link ClientException} if it is
   *     not known to be stored within the timeout; cancelling it changes nothing
   * @throws ClientException if it cannot be encoded, the registry does not answer, or there is no
   *     room for it within the timeout; it was not sent
   */
  public CompletableFuture<Place> send(String key, Measurement measurement, Instructions how) {
    var record =
        new ProducerRecord<>(
            options.topics().measurements(),
            key == null ? null : key.getBytes(StandardCharsets.UTF_8),
            encoded(measurement));
    how.write(record.headers());
    var stored = new CompletableFuture<Place>();
    try {
      producer.send(
          record,
          (metadata, thrown) -> {
            if (thrown == null) {
              stored.complete(new Place(metadata.topic(), metadata.partition(), metadata.offset()));
            } else {
              stored.completeExceptionally(failed(measurement, thrown));
            }
          });
    } catch (InterruptException e) {
      throw e;
    } catch (KafkaException e) {
      throw failed(measurement, e);
    }
    return stored;
  }

  /** Serializers are used by one thread at a time. */
  private synchronized byte[] encoded(Measurement measurement) {
    try {
      return serializer.serialize(options.topics().measurements(), measurement);
    } catch (RuntimeException e) {
      throw new ClientException(
          "measurement %s cannot be written with the schema that %s has for topic '%s': %s"
              .formatted(
                  measurement.getId(),
                  options.shownRegistryUrl(),
                  options.topics().measurements(),
                  RegistryErrors.reason(e)),
          e);
    }
  }

  private ClientException failed(Measurement measurement, Throwable thrown) {
    return new ClientException(
        "measurement %s is not stored in topic '%s' of %s: %s"
            .formatted(
                measurement.getId(),
                options.topics().measurements(),
                options.bootstrapServers(),
                RegistryErrors.reason(thrown)),
        thrown);
  }

  /**
   * Waits until each measurement that was sent is stored or failed, which is within the timeout.
   */
  public void flush() {
    producer.flush();
  }

  /** Waits for what is under way, at most for the timeout, and closes. */
  @Override
  public void close() {
    producer.close(options.timeout());
    serializer.close();
  }
}
