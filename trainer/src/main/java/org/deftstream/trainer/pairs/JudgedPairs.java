package org.deftstream.trainer.pairs;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.deftstream.deft.UserError;
import org.deftstream.schemas.RecordSize;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which records were judged, under the offsets of the trainer's group. A dead letter and the offset
 * behind it are one transaction, so a record that is read back gives no second one; of two trainers
 * the older is fenced before it can note anything. Used by one thread; closes nothing.
 */
final class JudgedPairs {
  private static final Logger LOG = LoggerFactory.getLogger(JudgedPairs.class);

  /** How often offsets alone are noted: what is read once more after a kill gives no letters. */
  private static final long NOTE_EVERY = Duration.ofSeconds(1).toNanos();

  /** Brokers forget offsets that are never noted again. */
  private static final long KEEP_EVERY = Duration.ofHours(1).toNanos();

  /** Letters that wait are kept in memory. */
  private static final int MOST_LETTERS = 100;

  private static final long MOST_BYTES = 8L << 20;

  private final Producer<byte[], byte[]> producer;
  private final String deadLetters;
  private final Map<TopicPartition, PairMark> marks = new HashMap<>();
  private final List<ProducerRecord<byte[], byte[]>> letters = new ArrayList<>();
  private long letterBytes;
  private long noted = System.nanoTime();

  JudgedPairs(Producer<byte[], byte[]> producer, String deadLetters) {
    this.producer = producer;
    this.deadLetters = deadLetters;
  }

  /**
   * Takes up where judging ended.
   *
   * @param committed what is noted, or null
   * @param topic id of the topic as it is now
   * @param first offset of the first record that is there
   * @param end offset behind the last one
   * @return whether any record of the partition was ever judged
   */
  boolean begin(
      TopicPartition partition, OffsetAndMetadata committed, String topic, long first, long end) {
    if (committed == null) {
      marks.put(partition, PairMark.none(topic));
      return false;
    }
    var mark = PairMark.of(committed);
    if (!mark.isOf(topic)) {
      LOG.warn("topic {} was made anew: all pairs of {} are new", partition.topic(), partition);
      marks.put(partition, PairMark.none(topic));
      return false;
    }
    if (mark.offset() > end) {
      LOG.warn(
          "{} ends at offset {}, but was judged up to {}: it was cut; what comes now is new",
          partition,
          end,
          mark.offset());
    } else if (mark.offset() < first) {
      LOG.warn(
          "offsets {} to {} of {} were deleted before they were judged",
          mark.offset(),
          first - 1,
          partition);
    }
    var skipped = new TreeSet<>(mark.skipped().tailSet(first));
    marks.put(partition, new PairMark(Math.min(mark.offset(), end), topic, skipped));
    return true;
  }

  /** Offset behind the last record that was judged. */
  long offset(TopicPartition partition) {
    return marks.get(partition).offset();
  }

  /** Whether what stands at an offset is to be passed by. */
  boolean isSkipped(TopicPartition partition, long offset) {
    return marks.get(partition).skipped().contains(offset);
  }

  /** Takes a dead letter, to be sent when the next offsets are noted. */
  void reject(ProducerRecord<byte[], byte[]> letter) {
    letters.add(letter);
    letterBytes += RecordSize.of(letter.key(), letter.value(), letter.headers());
  }

  /**
   * Sends the dead letters and notes how far records were judged, both or neither. Only from time
   * to time, unless nothing more comes or the letters are many.
   *
   * @param positions offset behind the last record that was read, of each partition
   * @param idle whether nothing came
   * @throws UserError if the letters cannot be sent
   */
  void note(Map<TopicPartition, Long> positions, ConsumerGroupMetadata group, boolean idle) {
    boolean any = false;
    for (var each : positions.entrySet()) {
      any |= each.getValue() > offset(each.getKey());
    }
    boolean full = letters.size() >= MOST_LETTERS || letterBytes >= MOST_BYTES;
    long since = System.nanoTime() - noted;
    if (!full && !(any && idle) && since < (any ? NOTE_EVERY : KEEP_EVERY)) {
      return;
    }
    var passed = new HashMap<TopicPartition, PairMark>();
    positions.forEach(
        (partition, at) ->
            passed.put(partition, marks.get(partition).at(Math.max(at, offset(partition)))));
    var offsets = new HashMap<TopicPartition, OffsetAndMetadata>();
    passed.forEach((partition, mark) -> offsets.put(partition, mark.committed()));
    try {
      producer.beginTransaction();
      // A letter that cannot be sent fails the commit.
      letters.forEach(producer::send);
      producer.sendOffsetsToTransaction(offsets, group);
      producer.commitTransaction();
    } catch (KafkaException e) {
      throw new UserError(
          (letters.isEmpty()
                  ? "cannot note how far pairs were judged: "
                  : "cannot write dead letters to topic '" + deadLetters + "': ")
              + reason(e),
          e);
    }
    letters.clear();
    letterBytes = 0;
    marks.putAll(passed);
    noted = System.nanoTime();
  }

  /** The transaction's own state says nothing; what brought it there does. */
  private static String reason(KafkaException thrown) {
    Throwable root = thrown;
    while (root.getCause() != null && root.getCause().getMessage() != null) {
      root = root.getCause();
    }
    return root.getMessage();
  }
}
