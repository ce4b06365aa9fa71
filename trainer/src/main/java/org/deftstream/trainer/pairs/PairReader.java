package org.deftstream.trainer.pairs;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.deftstream.deft.UserError;
import org.deftstream.schemas.DeadLetter;
import org.deftstream.schemas.PrintableText;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the topic of labelled pairs, which is the replay buffer: at the start from some time ago,
 * then as pairs come. Assigns itself every partition that there is at the start; {@link #outdated}
 * says when there are others.
 *
 * <p>Every new record is taken or becomes a dead letter ({@link JudgedPairs}), whatever is in it.
 * Used by one thread; closes the clients that it was given.
 */
public final class PairReader implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PairReader.class);
  private static final int LONGEST_LINE = 500;

  /** How often the brokers are asked what has become of the topics. */
  private static final long LOOK_EVERY = Duration.ofSeconds(5).toNanos();

  /** Longest wait for the records of one partition, when it is looked for what fills the memory. */
  private static final Duration ALONE = Duration.ofSeconds(5);

  private static final Duration CLOSE = Duration.ofSeconds(5);

  private final Consumer<byte[], byte[]> consumer;
  private final Producer<byte[], byte[]> producer;
  private final PairTopics topics;
  private final PairDecoder intake;
  private final Sink sink;
  private final String topic;
  private final String deadLetters;
  private final JudgedPairs judged;
  private PairTopics.Facts facts;
  private long looked;
  private Map<TopicPartition, Long> ends = Map.of();
  private long accepted;
  private long rejected;

  /** Takes what is read; called by the thread that polls. */
  public interface Sink {
    /**
     * Reading begins.
     *
     * @param topicId id of the topic; if it is another than before, offsets begin anew and what was
     *     read before is not there any more
     */
    void begins(String topicId);

    /** A checked pair. */
    void pair(Pair pair, long timestamp, int partition, long offset);

    /** Somebody asks for a refresh of a task. */
    void command(String task, int partition, long offset);
  }

  /**
   * A reader.
   *
   * @param consumer of bytes, read_committed, without auto-commit, of one record a poll (so that
   *     memory is taken for one), which throws where an offset is out of range; under the offsets
   *     of its group is noted which records were judged
   * @param producer transactional, with its transactions initialised
   * @param topics says what the topics are
   * @param topic of the pairs
   * @param deadLetters topic of the rejected ones
   */
  public PairReader(
      Consumer<byte[], byte[]> consumer,
      Producer<byte[], byte[]> producer,
      PairTopics topics,
      PairDecoder intake,
      Sink sink,
      String topic,
      String deadLetters) {
    this.consumer = consumer;
    this.producer = producer;
    this.topics = topics;
    this.intake = intake;
    this.sink = sink;
    this.topic = topic;
    this.deadLetters = deadLetters;
    judged = new JudgedPairs(producer, deadLetters);
  }

  /**
   * Goes to where reading begins: the records since an instant, and those that were never judged.
   *
   * @throws UserError if a topic is not there or Kafka does not answer
   */
  public void start(Instant since) {
    facts = topics.look();
    looked = System.nanoTime();
    sink.begins(facts.id());
    try {
      var partitions =
          IntStream.range(0, facts.partitions())
              .mapToObj(number -> new TopicPartition(topic, number))
              .toList();
      consumer.assign(partitions);
      var firsts = consumer.beginningOffsets(partitions);
      ends = consumer.endOffsets(partitions);
      var times = new HashMap<TopicPartition, Long>();
      partitions.forEach(partition -> times.put(partition, since.toEpochMilli()));
      var found = consumer.offsetsForTimes(times);
      var committed = consumer.committed(Set.copyOf(partitions));
      for (var partition : partitions) {
        long first = firsts.get(partition);
        long end = ends.get(partition);
        boolean known = judged.begin(partition, committed.get(partition), facts.id(), first, end);
        var time = found.get(partition);
        long young = time == null ? end : time.offset();
        consumer.seek(
            partition, known ? Math.max(first, Math.min(young, judged.offset(partition))) : first);
        skip(partition);
      }
    } catch (KafkaException e) {
      throw failed(e);
    }
  }

  /**
   * Whether the topic was deleted and made anew, or has grown, or takes letters of another size: a
   * new reader is to be opened, which goes on without a loss. Asks every few seconds only.
   *
   * @throws UserError if a topic is not there or Kafka does not answer
   */
  public boolean outdated() {
    if (System.nanoTime() - looked < LOOK_EVERY) {
      return false;
    }
    var now = topics.look();
    looked = System.nanoTime();
    return !now.equals(facts);
  }

  /**
   * Reads what there is.
   *
   * @return number of records
   * @throws UserError if Kafka or the registry does not answer; the reader is to be closed, and a
   *     new one goes on without a loss
   * @throws UnreadablePairException if a record takes more memory than there is
   */
  public int poll(Duration timeout) {
    try {
      var records = read(timeout);
      for (var record : records) {
        take(record);
      }
      var at = new HashMap<TopicPartition, Long>();
      for (var partition : consumer.assignment()) {
        skip(partition);
        at.put(partition, consumer.position(partition));
      }
      judged.note(at, consumer.groupMetadata(), records.isEmpty());
      return records.count();
    } catch (KafkaException e) {
      throw failed(e);
    }
  }

  /** Passes by what a person asked to. */
  private void skip(TopicPartition partition) {
    long at = consumer.position(partition);
    long next = at;
    while (judged.isSkipped(partition, next)) {
      next++;
    }
    if (next != at) {
      consumer.seek(partition, next);
    }
  }

  private ConsumerRecords<byte[], byte[]> read(Duration timeout) {
    try {
      return consumer.poll(timeout);
    } catch (OutOfMemoryError e) {
      // Nothing was kept of what did not fit, so there is room to find out where it stands.
      throw unreadable(guilty(), e);
    }
  }

  /** The places at one of which stands what fills the memory: one, if it can be found out. */
  private Map<Integer, Long> guilty() {
    var places = positions();
    for (var place : places.entrySet()) {
      var partition = new TopicPartition(topic, place.getKey());
      // What was fetched is dropped with the assignment: it was unpacked in part.
      consumer.assign(List.of());
      consumer.assign(List.of(partition));
      consumer.seek(partition, place.getValue());
      try {
        consumer.poll(ALONE);
      } catch (OutOfMemoryError again) {
        return Map.of(place.getKey(), place.getValue());
      } catch (KafkaException e) {
        LOG.debug("looking for what fills the memory", e);
      }
    }
    return places;
  }

  private UnreadablePairException unreadable(Map<Integer, Long> places, OutOfMemoryError e) {
    String where =
        places.entrySet().stream()
            .map(place -> "partition %d, position %d".formatted(place.getKey(), place.getValue()))
            .collect(Collectors.joining(", or "));
    var first = places.entrySet().iterator().next();
    return new UnreadablePairException(
        "topic '%s', %s: what stands there takes more memory than there is (%d MiB); give the trainer more, or pass it by with: deftstream dlq skip %s %d %d"
            .formatted(
                topic,
                where,
                Runtime.getRuntime().maxMemory() >> 20,
                topic,
                first.getKey(),
                first.getValue()),
        e);
  }

  private void take(ConsumerRecord<byte[], byte[]> record) {
    var place = new TopicPartition(topic, record.partition());
    boolean isNew = record.offset() >= judged.offset(place);
    try {
      var command = command(record);
      if (command.isPresent()) {
        sink.command(command.get(), record.partition(), record.offset());
        return;
      }
      var pair = intake.take(topic, record.headers(), record.value());
      sink.pair(pair, record.timestamp(), record.partition(), record.offset());
      accepted += isNew ? 1 : 0;
    } catch (PairRejectedException e) {
      if (isNew) {
        rejected++;
        judged.reject(letter(record, e));
      }
    } catch (OutOfMemoryError e) {
      throw unreadable(Map.of(record.partition(), record.offset()), e);
    }
  }

  private static Optional<String> command(ConsumerRecord<byte[], byte[]> record) {
    if (!DeadLetter.hasRoom(record.headers())) {
      throw PairCheck.tooManyHeaders();
    }
    return RefreshCommand.task(record.key(), record.value(), record.headers());
  }

  private ProducerRecord<byte[], byte[]> letter(
      ConsumerRecord<byte[], byte[]> record, PairRejectedException reason) {
    LOG.warn(
        "pair at offset {} of partition {} is rejected: {}",
        record.offset(),
        record.partition(),
        PrintableText.line(reason.getMessage(), LONGEST_LINE));
    var letter =
        DeadLetter.of(
            new DeadLetter.Place(record.topic(), record.partition(), record.offset()),
            new DeadLetter.Reason(
                reason.errorClass(), reason.getMessage(), reason.stage().header()),
            record.key(),
            record.value(),
            record.headers(),
            facts.letterLimit());
    return new ProducerRecord<>(deadLetters, null, letter.key(), letter.value(), letter.headers());
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
    try (topics) {
      consumer.close();
    } finally {
      producer.close(CLOSE);
    }
  }
}
