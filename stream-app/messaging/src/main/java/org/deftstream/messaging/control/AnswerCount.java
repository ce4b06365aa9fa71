package org.deftstream.messaging.control;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.deftstream.deft.UserError;
import org.deftstream.schemas.avro.Reconstruction;

/**
 * Counts the reconstructions that an adapter gave, from an instant on. Not thread-safe; whoever
 * opened it closes it.
 */
public final class AnswerCount implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(200);

  /** Longest time of one look: others wait for the thread. */
  private static final Duration LOOK = Duration.ofSeconds(5);

  private final String topic;
  private final String adapterId;
  private final KafkaConsumer<byte[], byte[]> consumer;
  private final Deserializer<Reconstruction> values;
  private long count;

  private AnswerCount(
      String topic,
      String adapterId,
      KafkaConsumer<byte[], byte[]> consumer,
      Deserializer<Reconstruction> values) {
    this.topic = topic;
    this.adapterId = adapterId;
    this.consumer = consumer;
    this.values = values;
  }

  /**
   * Begins to count.
   *
   * @throws UserError if the topic is not there or does not answer in time
   */
  public static AnswerCount open(PublisherSettings settings, String adapterId, Instant since) {
    String topic = settings.topics().reconstructions();
    var consumer =
        new KafkaConsumer<>(
            settings.consumer(), new ByteArrayDeserializer(), new ByteArrayDeserializer());
    try {
      var partitions = CompactedTopic.partitions(consumer, topic);
      consumer.assign(partitions);
      var times = new HashMap<TopicPartition, Long>();
      partitions.forEach(partition -> times.put(partition, since.toEpochMilli()));
      consumer.seekToEnd(partitions);
      consumer
          .offsetsForTimes(times)
          .forEach(
              (partition, found) -> {
                if (found != null) {
                  consumer.seek(partition, found.offset());
                } else {
                  consumer.position(partition);
                }
              });
      return new AnswerCount(
          topic, adapterId, consumer, settings.serdes().deserializer(Reconstruction.class));
    } catch (KafkaException e) {
      consumer.close();
      throw new UserError("cannot read topic '" + topic + "': " + e.getMessage(), e);
    } catch (RuntimeException e) {
      consumer.close();
      throw e;
    }
  }

  /**
   * Reads what has come, for a few seconds at most.
   *
   * @return answers of the adapter so far
   * @throws UserError if Kafka does not answer
   */
  public long poll() {
    long deadline = System.nanoTime() + LOOK.toNanos();
    try {
      var records = consumer.poll(POLL);
      while (!records.isEmpty()) {
        for (var record : records) {
          count += isOwn(record.value()) ? 1 : 0;
        }
        if (System.nanoTime() > deadline) {
          break;
        }
        records = consumer.poll(POLL);
      }
    } catch (KafkaException e) {
      throw new UserError("cannot read topic '" + topic + "': " + e.getMessage(), e);
    }
    return count;
  }

  private boolean isOwn(byte[] value) {
    try {
      var answer = values.deserialize(topic, value);
      return answer != null && adapterId.equals(answer.getProvenance().getAdapterId());
    } catch (SerializationException e) {
      return false;
    }
  }

  @Override
  public void close() {
    consumer.close();
    values.close();
  }
}
