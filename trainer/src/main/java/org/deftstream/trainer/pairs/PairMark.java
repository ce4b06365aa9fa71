package org.deftstream.trainer.pairs;

import java.util.Arrays;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;

/**
 * How far the pairs of one partition were judged, as it is kept under the offsets of the trainer's
 * group. Immutable.
 *
 * @param offset behind the last record that was judged
 * @param topic id of the topic that is meant; empty in marks of older versions
 * @param skipped offsets that a person asked to pass by: what stands there is never read
 */
record PairMark(long offset, String topic, SortedSet<Long> skipped) {
  /** What fits Kafka's limit of 4096 bytes beside the id of the topic, with room to spare. */
  static final int MOST_SKIPPED = 150;

  private static final Pattern FORM = Pattern.compile("topic=(\\S{1,100})( skip=([0-9,]+))?");

  PairMark {
    skipped = new TreeSet<>(skipped);
  }

  /** A partition of which nothing was judged. */
  static PairMark none(String topic) {
    return new PairMark(0, topic, new TreeSet<>());
  }

  /** The mark that is committed; a text that is none of ours counts as nothing. */
  static PairMark of(OffsetAndMetadata committed) {
    var form = FORM.matcher(committed.metadata());
    if (!form.matches()) {
      return new PairMark(committed.offset(), "", new TreeSet<>());
    }
    var skipped = new TreeSet<Long>();
    Optional.ofNullable(form.group(3)).stream()
        .flatMap(list -> Arrays.stream(list.split(",")))
        .filter(each -> !each.isEmpty() && each.length() < Long.toString(Long.MAX_VALUE).length())
        .forEach(each -> skipped.add(Long.valueOf(each)));
    return new PairMark(committed.offset(), form.group(1), skipped);
  }

  /** Whether it may be a mark of a topic. */
  boolean isOf(String id) {
    return topic.isEmpty() || topic.equals(id);
  }

  PairMark at(long newOffset) {
    return new PairMark(newOffset, topic, skipped);
  }

  OffsetAndMetadata committed() {
    String list = skipped.stream().map(String::valueOf).collect(Collectors.joining(","));
    return new OffsetAndMetadata(
        offset, "topic=" + topic + (list.isEmpty() ? "" : " skip=" + list));
  }
}
