package org.deftstream.messaging.deadletter;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsOptions;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;

/**
 * Offsets of measurements that operators had passed over, as Kafka keeps them: in the metadata of
 * the offsets of a group that nobody joins, so that they can be noted while instances run, crash
 * and start again. The newest {@value #MOST} of each partition are kept. Stateless.
 */
public final class SkipNotes {
  /** As many as fit what a broker takes for metadata (4096 bytes). */
  static final int MOST = 150;

  private static final Pattern NUMBERS = Pattern.compile("\\d{1,18}(,\\d{1,18})*");

  private SkipNotes() {}

  /**
   * The group under whose name they are kept.
   *
   * @param applicationId name of the service
   */
  public static String group(String applicationId) {
    return applicationId + "-skipped";
  }

  /**
   * Reads them.
   *
   * @param admin a client; borrowed
   * @param applicationId name of the service
   * @param partitions which are asked for
   * @param timeoutMillis longest wait of the brokers
   * @return completes with the offsets of each partition that has some
   */
  public static KafkaFuture<Map<TopicPartition, List<Long>>> read(
      Admin admin, String applicationId, Collection<TopicPartition> partitions, int timeoutMillis) {
    var group = group(applicationId);
    return admin
        .listConsumerGroupOffsets(
            Map.of(
                group, new ListConsumerGroupOffsetsSpec().topicPartitions(List.copyOf(partitions))),
            new ListConsumerGroupOffsetsOptions().timeoutMs(timeoutMillis))
        .partitionsToOffsetAndMetadata(group)
        .thenApply(SkipNotes::offsets);
  }

  private static Map<TopicPartition, List<Long>> offsets(
      Map<TopicPartition, OffsetAndMetadata> noted) {
    var found = new HashMap<TopicPartition, List<Long>>();
    noted.forEach(
        (partition, note) -> {
          if (note != null && NUMBERS.matcher(note.metadata()).matches()) {
            found.put(
                partition,
                Pattern.compile(",").splitAsStream(note.metadata()).map(Long::valueOf).toList());
          }
        });
    return found;
  }

  /**
   * Adds one.
   *
   * @param admin a client; borrowed
   * @param applicationId name of the service
   * @param partition of the topic of measurements
   * @param known what {@link #read} returned for it
   * @param offset the offset to pass over
   * @return completes when it is noted
   */
  public static KafkaFuture<Void> add(
      Admin admin,
      String applicationId,
      TopicPartition partition,
      Collection<Long> known,
      long offset) {
    var all = new TreeSet<>(known);
    all.add(offset);
    while (all.size() > MOST) {
      all.pollFirst();
    }
    var text = all.stream().map(String::valueOf).collect(Collectors.joining(","));
    return admin
        .alterConsumerGroupOffsets(
            group(applicationId),
            Map.of(partition, new OffsetAndMetadata(offset + 1, Optional.empty(), text)))
        .all();
  }
}
