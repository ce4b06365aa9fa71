package org.deftstream.service;

import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.KafkaClientSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The clients of Kafka Streams, with a producer that never gives up a commit whose outcome is open.
 *
 * <p>When the brokers are away for longer than {@code max.block.ms}, Streams takes a commit for
 * failed, throws its tasks away and restores them from what was committed before; but the producer
 * still holds the commit and sends it when the brokers are back, so the same answers could be
 * committed twice. Both steps of a commit are therefore repeated, which Kafka allows, until the
 * brokers have accepted or refused them. The stream thread stands still meanwhile; without brokers
 * it has nothing to do.
 *
 * <p>Thread-safe; Streams closes what it was given.
 */
final class RetryingClientSupplier implements KafkaClientSupplier {
  private static final Logger log = LoggerFactory.getLogger(RetryingClientSupplier.class);

  private final BooleanSupplier closing;
  private final Function<Map<String, Object>, Consumer<byte[], byte[]>> sources;
  private final StreamPulse pulse;

  /**
   * Makes clients.
   *
   * @param sources makes the consumer of a stream thread
   * @param pulse told of every commit that came back
   * @param closing whether the streams end, for whatever reason; an open commit is then left to
   *     Kafka, which lets the next owner of the partitions wait for its outcome
   */
  RetryingClientSupplier(
      Function<Map<String, Object>, Consumer<byte[], byte[]>> sources,
      StreamPulse pulse,
      BooleanSupplier closing) {
    this.sources = sources;
    this.pulse = pulse;
    this.closing = closing;
  }

  @Override
  public Admin getAdmin(Map<String, Object> config) {
    return Admin.create(config);
  }

  @Override
  public Producer<byte[], byte[]> getProducer(Map<String, Object> config) {
    return new PatientProducer(config, pulse, closing);
  }

  @Override
  public Consumer<byte[], byte[]> getConsumer(Map<String, Object> config) {
    return sources.apply(config);
  }

  @Override
  public Consumer<byte[], byte[]> getRestoreConsumer(Map<String, Object> config) {
    return new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  @Override
  public Consumer<byte[], byte[]> getGlobalConsumer(Map<String, Object> config) {
    return getRestoreConsumer(config);
  }

  /** Repeats a step of a commit until its outcome is known. */
  static void repeat(Runnable step, BooleanSupplier closing) {
    while (true) {
      try {
        step.run();
        return;
      } catch (TimeoutException e) {
        if (closing.getAsBoolean()) {
          throw e;
        }
        // Once for the whole outage is enough, and BrokerWatch says it.
        log.debug("no word from Kafka about a commit, asking again: {}", e.getMessage());
      }
    }
  }

  private static final class PatientProducer extends KafkaProducer<byte[], byte[]> {
    private final StreamPulse pulse;
    private final BooleanSupplier closing;

    PatientProducer(Map<String, Object> config, StreamPulse pulse, BooleanSupplier closing) {
      super(config, new ByteArraySerializer(), new ByteArraySerializer());
      this.pulse = pulse;
      this.closing = closing;
    }

    @Override
    public void sendOffsetsToTransaction(
        Map<TopicPartition, OffsetAndMetadata> offsets, ConsumerGroupMetadata group) {
      repeat(() -> super.sendOffsetsToTransaction(offsets, group), closing);
    }

    @Override
    public void commitTransaction() {
      repeat(super::commitTransaction, closing);
      pulse.committed();
    }
  }
}
