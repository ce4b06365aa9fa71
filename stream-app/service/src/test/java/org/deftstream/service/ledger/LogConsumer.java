package org.deftstream.service.ledger;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/** A consumer with all records of a log at hand, as one that has fetched ahead. */
final class LogConsumer extends MockConsumer<byte[], byte[]> {
  private final TopicPartition partition;
  private final long end;
  private final int atOnce;
  private final long unreadable;
  private long position;

  /**
   * A consumer of the offsets from 0 to {@code end - 1}.
   *
   * @param atOnce records that a poll returns at most
   * @param unreadable a poll that would return this offset fails; -1 for none
   */
  LogConsumer(TopicPartition partition, long end, int atOnce, long unreadable) {
    super("none");
    this.partition = partition;
    this.end = end;
    this.atOnce = atOnce;
    this.unreadable = unreadable;
  }

  @Override
  public synchronized void assign(Collection<TopicPartition> partitions) {}

  @Override
  public synchronized void seek(TopicPartition to, long offset) {
    position = offset;
  }

  @Override
  public synchronized long position(TopicPartition of) {
    return position;
  }

  @Override
  public synchronized ConsumerRecords<byte[], byte[]> poll(Duration timeout) {
    long to = Math.min(end, position + atOnce);
    if (position <= unreadable && unreadable < to) {
      throw new KafkaException(
          "Received exception when fetching the next record from "
              + partition
              + ". If needed, please seek past the record to continue consumption.");
    }
    var records = new ArrayList<ConsumerRecord<byte[], byte[]>>();
    for (; position < to; position++) {
      byte[] value = ("value-" + position).getBytes(StandardCharsets.UTF_8);
      records.add(
          new ConsumerRecord<>(partition.topic(), partition.partition(), position, null, value));
    }
    return new ConsumerRecords<>(
        Map.of(partition, List.copyOf(records)),
        Map.of(partition, new OffsetAndMetadata(position)));
  }
}
