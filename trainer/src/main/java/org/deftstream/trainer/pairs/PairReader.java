package org.deftstream.trainer.pairs;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.deftstream.deft.UserError;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the topic of labelled pairs, which is the replay buffer: at the start from some time ago,
 * then as pairs come. Assigns itself every partition.
 *
 * <p>The offsets of a consumer group say which records were judged already. A dead letter and the
 * offset behind it are one transaction, so a record that is read back gives no second one. Used by
 * one thread; closes the clients that it was given.
 */
public final class PairReader implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PairReader.class);

  private final Consumer<byte[], byte[]> consumer;
  private final Producer<byte[], byte[]> producer;
  private final PairIntake intake;
  private final Sink sink;
  private final String topic;
  private final String deadLetters;
  private final Map<TopicPartition, Long> judged = new HashMap<>();
  private Map<TopicPartition, Long> ends = Map.of();
  private long accepted;
  private long rejected;

  /** Takes what is read; called by the thread that polls. */
  public interface Sink {
    /** A checked pair. */
    void pair(Pair pair, long timestamp, int partition, long offset);

    /** Somebody asks for a refresh of a task. */
    void command(String task, int partition, long offset);
  }

  /**
   * A reader.
   *
   * @param consumer of bytes, read_committed, without auto-commit; under the offsets of its group
   *     is noted which records were judged
   * @param producer transactional, with its transactions initialised
   * @param topic of the pairs
   * @param deadLetters topic of the rejected ones
   */
  public PairReader(
      Consumer<byte[], byte[]> consumer,
      Producer<byte[], byte[]> producer,
      PairIntake intake,
      Sink sink,
      String topic,
      String deadLetters) {
    this.consumer = consumer;
    this.producer = producer;
    this.intake = intake;
    this.sink = sink;
    this.topic = topic;
    this.deadLetters = deadLetters;
  }

  /**
   * Goes to where reading begins: the records since an instant, and those that were never judged.
   *
   * @throws UserError if the topic is not there or Kafka does not answer
   */
  public void start(Instant since) {
    try {
      var infos = consumer.partitionsFor(topic);
      if (infos == null || infos.isEmpty()) {
        throw new UserError(
            "topic '" + topic + "' does not exist; create it with: deftstream topics create");
      }
      var partitions =
          infos.stream().map(info -> new TopicPartition(topic, info.partition())).toList();
      consumer.assign(partitions);
      ends = consumer.endOffsets(partitions);
      var times = new HashMap<TopicPartition, Long>();
      partitions.forEach(partition -> times.put(partition, since.toEpochMilli()));
      var found = consumer.offsetsForTimes(times);
      var marks = consumer.committed(java.util.Set.copyOf(partitions));
      for (var partition : partitions) {
        var mark = marks.get(partition);
        var time = found.get(partition);
        long from = time == null ? ends.get(partition) : time.offset();
        judged.put(partition, mark == null ? 0L : mark.offset());
        consumer.seek(partition, mark == null ? from : Math.min(from, mark.offset()));
      }
    } catch (KafkaException e) {
      throw failed(e);
    }
  }

  /**
   * Reads what there is.
   *
   * @return number of records
   * @throws UserError if Kafka or the registry does not answer; the reader is to be closed, and a
   *     new one goes on without a loss
   */
  public int poll(Duration timeout) {
    try {
      var records = consumer.poll(timeout);
      var letters = new ArrayList<ProducerRecord<byte[], byte[]>>();
      for (var record : records) {
        take(record, letters);
      }
      note(letters);
      return records.count();
    } catch (KafkaException e) {
      throw failed(e);
    }
  }

  private void take(
      ConsumerRecord<byte[], byte[]> record, List<ProducerRecord<byte[], byte[]>> letters) {
    var command = RefreshCommand.task(record.key(), record.value(), record.headers());
    if (command.isPresent()) {
      sink.command(command.get(), record.partition(), record.offset());
      return;
    }
    boolean isNew =
        record.offset() >= judged.getOrDefault(new TopicPartition(topic, record.partition()), 0L);
    try {
      var pair = intake.take(topic, record.headers(), record.value());
      sink.pair(pair, record.timestamp(), record.partition(), record.offset());
      accepted += isNew ? 1 : 0;
    } catch (PairRejectedException e) {
      if (isNew) {
        rejected++;
        LOG.warn(
            "pair at offset {} of partition {} is rejected: {}",
            record.offset(),
            record.partition(),
            e.getMessage());
        letters.add(PairDeadLetter.of(record, e, deadLetters));
      }
    }
  }

  /** Sends dead letters and notes how far records were judged, both or neither. */
  private void note(List<ProducerRecord<byte[], byte[]>> letters) {
    var passed = new HashMap<TopicPartition, OffsetAndMetadata>();
    for (var partition : consumer.assignment()) {
      long position = consumer.position(partition);
      if (position > judged.getOrDefault(partition, 0L)) {
        passed.put(partition, new OffsetAndMetadata(position));
      }
    }
    if (passed.isEmpty()) {
      return;
    }
    if (letters.isEmpty()) {
      consumer.commitSync(passed);
    } else {
      producer.beginTransaction();
      // A letter that cannot be sent fails the commit.
      letters.forEach(producer::send);
      producer.sendOffsetsToTransaction(passed, consumer.groupMetadata());
      producer.commitTransaction();
    }
    passed.forEach((partition, offset) -> judged.put(partition, offset.offset()));
  }

  /** Whether everything was read that was there at the start. */
  public boolean caughtUp() {
    return ends.entrySet().stream()
        .allMatch(end -> consumer.position(end.getKey()) >= end.getValue());
  }

  /** Per partition the offset behind the last record that was read. */
  public Map<Integer, Long> positions() {
    var positions = new TreeMap<Integer, Long>();
    consumer.assignment().forEach(each -> positions.put(each.partition(), consumer.position(each)));
    return positions;
  }

  /** New pairs that were accepted. */
  public long accepted() {
    return accepted;
  }

  /** New pairs that became dead letters. */
  public long rejected() {
    return rejected;
  }

  private UserError failed(KafkaException e) {
    return new UserError("cannot read topic '" + topic + "': " + e.getMessage(), e);
  }

  @Override
  public void close() {
    consumer.close();
    producer.close(Duration.ofSeconds(5));
  }
}
