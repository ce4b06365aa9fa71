package org.deftstream.messaging.deadletter;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.deftstream.deft.UserError;

/**
 * Reads committed dead letters from where it is told to the end that the topic has when the reader
 * is opened, so that reading ends while more come. Used by one thread; to be closed.
 */
public final class DeadLetterReader implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(200);

  private final String topic;
  private final Duration timeout;
  private final KafkaConsumer<byte[], byte[]> consumer;
  private final Map<TopicPartition, Long> ends;

  private DeadLetterReader(
      DeadLetterAccess access, KafkaConsumer<byte[], byte[]> consumer, OptionalInt partition) {
    this.topic = access.topics().deadLetters();
    this.timeout = access.timeout();
    this.consumer = consumer;
    var infos = consumer.partitionsFor(topic);
    if (infos == null || infos.isEmpty()) {
      throw new UserError(
          "topic '" + topic + "' does not exist; create it with: deftstream topics create");
    }
    var partitions =
        infos.stream()
            .map(info -> new TopicPartition(topic, info.partition()))
            .filter(each -> partition.isEmpty() || partition.getAsInt() == each.partition())
            .toList();
    if (partitions.isEmpty()) {
      throw new UserError(
          "topic '"
              + topic
              + "' has "
              + infos.size()
              + " partitions; there is no "
              + partition.getAsInt());
    }
    consumer.assign(partitions);
    consumer.seekToBeginning(partitions);
    ends = consumer.endOffsets(partitions);
  }

  /**
   * Opens the topic at its beginning.
   *
   * @param partition the only partition to read; empty for all
   * @throws UserError if it is not there or Kafka does not answer
   */
  public static DeadLetterReader open(DeadLetterAccess access, OptionalInt partition) {
    var consumer = new KafkaConsumer<byte[], byte[]>(access.reader());
    try {
      return new DeadLetterReader(access, consumer, partition);
    } catch (KafkaException e) {
      consumer.close();
      throw unreadable(access.topics().deadLetters(), e);
    } catch (RuntimeException e) {
      consumer.close();
      throw e;
    }
  }

  /** Goes to an offset of every partition, or to the first that is still there. */
  public void skipTo(OptionalLong offset) {
    offset.ifPresent(
        wanted -> consumer.assignment().forEach(partition -> skipTo(partition, wanted)));
  }

  /** Goes to an offset of a partition, or to the first one that is still there. */
  void skipTo(TopicPartition partition, long offset) {
    long first = consumer.beginningOffsets(List.of(partition)).get(partition);
    consumer.seek(partition, Math.max(first, offset));
  }

  /** The partitions that are read. */
  List<TopicPartition> partitions() {
    return List.copyOf(consumer.assignment());
  }

  /** Where reading stands in a partition. */
  long position(TopicPartition partition) {
    return consumer.position(partition);
  }

  /**
   * Hands out letters, each partition's in order, until the end is reached or there is enough.
   *
   * @param taker false once there is enough
   */
  public void forEach(Predicate<ReceivedDeadLetter> taker) {
    try {
      long deadline = System.nanoTime() + timeout.toNanos();
      while (!atEnd()) {
        var records = consumer.poll(POLL);
        if (!records.isEmpty()) {
          deadline = System.nanoTime() + timeout.toNanos();
        } else if (System.nanoTime() > deadline) {
          throw new UserError(
              "topic '" + topic + "' was silent for " + timeout.toSeconds() + " s before its end");
        }
        for (var record : records) {
          if (record.offset() < ends.get(new TopicPartition(topic, record.partition()))
              && !taker.test(new ReceivedDeadLetter(record))) {
            return;
          }
        }
      }
    } catch (KafkaException e) {
      throw unreadable(topic, e);
    }
  }

  private boolean atEnd() {
    return ends.entrySet().stream()
        .allMatch(end -> consumer.position(end.getKey()) >= end.getValue());
  }

  private static UserError unreadable(String topic, KafkaException e) {
    return new UserError("cannot read topic '" + topic + "': " + e.getMessage(), e);
  }

  @Override
  public void close() {
    consumer.close();
  }
}
