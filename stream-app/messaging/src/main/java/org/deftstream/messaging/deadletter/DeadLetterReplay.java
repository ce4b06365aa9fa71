package org.deftstream.messaging.deadletter;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.deftstream.deft.UserError;

/**
 * Puts dead letters back on the topic of measurements.
 *
 * <p>They go in transactions of some hundred, and each transaction also notes, as the offsets of a
 * consumer group of the service and the filter, how far it has come and what it means. So a replay
 * that is killed has lost nothing and sent nothing twice: the same command goes on behind the last
 * whole transaction, and one with another filter leaves what was replayed. Of two replays of one
 * service at the same time the first is fenced and fails.
 *
 * <p>Loop guard: a measurement carries how often it was replayed, and is left where it is from a
 * number on. Holds nothing open between calls.
 */
public final class DeadLetterReplay {
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

  /** What becomes of a letter that was asked for. */
  public enum Outcome {
    /** Put back. */
    REPLAYED,
    /** Left where it is: this or another command has put it back before. */
    REPLAYED_BEFORE,
    /** Left where it is: replayed too often. */
    TOO_OFTEN,
    /** Left where it is: the service had left out its value or key. */
    INCOMPLETE
  }

  private final DeadLetterAccess access;

  /** A replay; connects with each call. */
  public DeadLetterReplay(DeadLetterAccess access) {
    this.access = access;
  }

  /**
   * Replays what is asked for.
   *
   * @param told of every letter that the filter accepts, before its transaction ends; what it
   *     throws ends the replay, and the transaction under way comes to nothing
   * @return number of letters that were put back, or would be
   * @throws UserError one line that says why it ended early
   */
  public long run(ReplayOptions options, BiConsumer<ReceivedDeadLetter, Outcome> told) {
    String group = ReplayNotes.group(access, options);
    try (var reader = DeadLetterReader.open(access, options.filter().partition());
        var names = new LetterMeasurements(access.serdes());
        var notes = new KafkaConsumer<byte[], byte[]>(access.reader(group))) {
      reader.skipTo(options.filter().from());
      var before = options.again() ? ReplayNotes.none() : ReplayNotes.read(access);
      var passed = new HashMap<TopicPartition, Long>();
      if (!options.again()) {
        notes
            .committed(Set.copyOf(reader.partitions()))
            .forEach(
                (place, noted) -> {
                  if (noted != null) {
                    passed.put(place, noted.offset());
                  }
                });
      }
      if (options.dryRun()) {
        return new Run(options, told, names, before, passed, null, notes.groupMetadata())
            .over(reader);
      }
      try (var writer = open()) {
        return new Run(options, told, names, before, passed, writer, notes.groupMetadata())
            .over(reader);
      }
    } catch (KafkaException e) {
      throw new UserError("the replay ended early: " + e.getMessage(), e);
    }
  }

  private KafkaProducer<byte[], byte[]> open() {
    var producer =
        new KafkaProducer<byte[], byte[]>(
            access.writer("deftstream-dlq-replay-" + access.application()));
    try {
      producer.initTransactions();
      return producer;
    } catch (RuntimeException e) {
      producer.close(CLOSE_TIMEOUT);
      throw e;
    }
  }

  /** One call. */
  private final class Run {
    private final ReplayOptions options;
    private final BiConsumer<ReceivedDeadLetter, Outcome> told;
    private final LetterMeasurements names;
    private final KafkaProducer<byte[], byte[]> writer;
    private final ConsumerGroupMetadata notes;
    private final ReplayNotes before;
    private final Map<TopicPartition, Long> passed;
    private final int partitions;
    private int open;
    private long replayed;

    Run(
        ReplayOptions options,
        BiConsumer<ReceivedDeadLetter, Outcome> told,
        LetterMeasurements names,
        ReplayNotes before,
        Map<TopicPartition, Long> passed,
        KafkaProducer<byte[], byte[]> writer,
        ConsumerGroupMetadata notes) {
      this.options = options;
      this.told = told;
      this.names = names;
      this.before = before;
      this.passed = passed;
      this.writer = writer;
      this.notes = notes;
      partitions = writer == null ? 0 : writer.partitionsFor(access.topics().measurements()).size();
    }

    long over(DeadLetterReader reader) {
      reader.forEach(
          letter -> {
            take(letter);
            return true;
          });
      commit();
      return replayed;
    }

    private void take(ReceivedDeadLetter letter) {
      var record = letter.record();
      if (options.filter().accepts(letter, names)) {
        var outcome = outcome(letter);
        if (outcome == Outcome.REPLAYED) {
          replayed++;
          send(letter);
        }
        told.accept(letter, outcome);
      }
      passed.merge(
          new TopicPartition(record.topic(), record.partition()), record.offset() + 1, Math::max);
      if (open >= options.batch()) {
        commit();
      }
    }

    private Outcome outcome(ReceivedDeadLetter letter) {
      if (letter.omitted().isPresent()) {
        return Outcome.INCOMPLETE;
      }
      if (letter.replays() >= options.maxReplays()) {
        return Outcome.TOO_OFTEN;
      }
      return before.hold(letter, names) ? Outcome.REPLAYED_BEFORE : Outcome.REPLAYED;
    }

    private void send(ReceivedDeadLetter letter) {
      if (writer == null) {
        return;
      }
      if (open == 0) {
        writer.beginTransaction();
      }
      open++;
      // A record that cannot be sent fails the commit.
      writer.send(
          ReplayedRecord.of(
              letter, access.topics().measurements(), partitions, options.keepDeadline()));
    }

    private void commit() {
      if (writer == null || open == 0) {
        return;
      }
      var offsets = new HashMap<TopicPartition, OffsetAndMetadata>();
      passed.forEach((place, offset) -> offsets.put(place, ReplayNotes.passed(offset, options)));
      writer.sendOffsetsToTransaction(offsets, notes);
      writer.commitTransaction();
      open = 0;
    }
  }
}
