package org.deftstream.messaging.control;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.deftstream.deft.UserError;
import org.deftstream.schemas.avro.AdapterState;
import org.deftstream.schemas.avro.AdapterStatus;

/**
 * Follows what service instances report, from the moment it is opened. Open it before the change
 * whose effect is awaited. Not thread-safe; whoever opened it closes it.
 */
public final class StatusWatch implements AutoCloseable {
  private final PublisherSettings settings;
  private final KafkaConsumer<String, byte[]> consumer;
  private final Deserializer<AdapterStatus> values;

  private StatusWatch(
      PublisherSettings settings,
      KafkaConsumer<String, byte[]> consumer,
      Deserializer<AdapterStatus> values) {
    this.settings = settings;
    this.consumer = consumer;
    this.values = values;
  }

  /**
   * Begins to watch, at the end of the status topic.
   *
   * @throws UserError if the topic is not there or does not answer in time
   */
  public static StatusWatch open(PublisherSettings settings) {
    String topic = settings.topics().adapterStatus();
    var consumer =
        new KafkaConsumer<>(
            settings.consumer(), new StringDeserializer(), new ByteArrayDeserializer());
    try {
      var partitions = CompactedTopic.partitions(consumer, topic);
      consumer.assign(partitions);
      consumer.seekToEnd(partitions);
      // Seeking is lazy; asking for the position makes it happen now, before the change.
      partitions.forEach(consumer::position);
      return new StatusWatch(
          settings, consumer, settings.serdes().deserializer(AdapterStatus.class));
    } catch (KafkaException e) {
      consumer.close();
      throw new UserError(
          "cannot read topic '" + topic + "' on " + settings.brokers() + ": " + e.getMessage(), e);
    } catch (RuntimeException e) {
      consumer.close();
      throw e;
    }
  }

  /**
   * Whether a report ends the wait for an adapter, or for the training-free method.
   *
   * @param published the change; what was reported before an instance had done or refused it is no
   *     answer, even if it names the same adapter
   * @param adapterId the adapter; empty for the training-free method
   */
  public static Predicate<AdapterStatus> settled(Published published, Optional<String> adapterId) {
    return settled(published.state().getTask(), adapterId)
        .and(
            status ->
                // An older instance does not say which record it answers.
                status.getControlOffset() == null
                    || status.getControlOffset() >= published.offset());
  }

  /**
   * Whether a report says what became of an adapter, or of the training-free method, whatever it
   * answers.
   *
   * @param adapterId the adapter; empty for the training-free method
   */
  public static Predicate<AdapterStatus> settled(String task, Optional<String> adapterId) {
    return status ->
        status.getTask().equals(task)
            && Optional.ofNullable(status.getAdapterId()).equals(adapterId)
            && (status.getState() == AdapterState.SERVING
                || status.getState() == AdapterState.REFUSED
                || status.getState() == AdapterState.RETIRED);
  }

  /**
   * Waits for a report. Reports that cannot be read are passed over.
   *
   * @param done accepts the report that is waited for
   * @param seen told every report before it is judged
   * @return the report; empty if none came in time
   * @throws UserError if Kafka or the schema registry does not answer
   */
  public Optional<AdapterStatus> await(
      Predicate<AdapterStatus> done,
      java.util.function.Consumer<AdapterStatus> seen,
      Duration timeout) {
    long deadline = System.nanoTime() + timeout.toNanos();
    try {
      while (System.nanoTime() - deadline < 0) {
        for (var record : consumer.poll(Duration.ofMillis(100))) {
          var status = decode(record.value());
          status.ifPresent(seen);
          // What was polled after it is not wanted by anyone who awaits one change at a time.
          if (status.filter(done).isPresent()) {
            return status;
          }
        }
      }
      return Optional.empty();
    } catch (KafkaException e) {
      throw new UserError("what the instances report cannot be read: " + e.getMessage(), e);
    }
  }

  private Optional<AdapterStatus> decode(byte[] value) {
    try {
      return Optional.ofNullable(
          RegistryCalls.deserialize(values, settings.topics().adapterStatus(), value));
    } catch (SerializationException e) {
      return Optional.empty();
    }
  }

  @Override
  public void close() {
    consumer.close();
    values.close();
  }
}
