package org.deftstream.trainer.pairs;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.deftstream.deft.UserError;
import org.deftstream.schemas.DeadLetter;
import org.deftstream.schemas.Topics;

/**
 * Passes by what stands at a place of the topic and cannot be read, so that the trainer comes to
 * what stands behind it. Used by one thread; closes nothing.
 *
 * @param consumer of the trainer's group
 * @param producer with the trainer's transactional id, with its transactions initialised
 * @param facts says what the topics are
 * @param topics their names
 */
public record PairSkip(
    Consumer<byte[], byte[]> consumer,
    Producer<byte[], byte[]> producer,
    PairTopics facts,
    Topics topics) {

  /**
   * Notes, in one transaction, that the offset is not to be read and its dead letter, if it had
   * none.
   *
   * @throws UserError if there is no such offset, or too many are passed by already
   */
  public void skip(int partition, long offset) {
    String topic = topics.labelledPairs();
    var now = facts.look();
    if (partition < 0 || partition >= now.partitions()) {
      throw new UserError(
          "topic '%s' has the partitions 0 to %d, not %d"
              .formatted(topic, now.partitions() - 1, partition));
    }
    var place = new TopicPartition(topic, partition);
    consumer.assign(List.of(place));
    long first = consumer.beginningOffsets(List.of(place)).get(place);
    long end = consumer.endOffsets(List.of(place)).get(place);
    if (offset < first || offset >= end) {
      throw new UserError(
          "partition %d of topic '%s' holds the offsets %d to %d, not %d"
              .formatted(partition, topic, first, end - 1, offset));
    }
    var committed = consumer.committed(Set.of(place)).get(place);
    var mark = committed == null ? PairMark.none(now.id()) : PairMark.of(committed);
    mark = mark.isOf(now.id()) ? mark : PairMark.none(now.id());
    var skipped = new TreeSet<>(mark.skipped().tailSet(first));
    skipped.add(offset);
    if (skipped.size() > PairMark.MOST_SKIPPED) {
      throw new UserError(
          "partition %d has %d offsets that are passed by, and no room for more; delete its records below the last with kafka-delete-records"
              .formatted(partition, PairMark.MOST_SKIPPED));
    }
    producer.beginTransaction();
    if (offset >= mark.offset()) {
      producer.send(letter(partition, offset));
    }
    producer.sendOffsetsToTransaction(
        Map.of(place, new PairMark(mark.offset(), now.id(), skipped).committed()),
        consumer.groupMetadata());
    producer.commitTransaction();
  }

  private ProducerRecord<byte[], byte[]> letter(int partition, long offset) {
    var letter =
        DeadLetter.ofUnread(
            new DeadLetter.Place(topics.labelledPairs(), partition, offset),
            new DeadLetter.Reason(
                "Skipped", "could not be read, and was passed by as it was asked for", "decode"));
    return new ProducerRecord<>(
        topics.labelledPairDeadLetters(), null, letter.key(), letter.value(), letter.headers());
  }
}
