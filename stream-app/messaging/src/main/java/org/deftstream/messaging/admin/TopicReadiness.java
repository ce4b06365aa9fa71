package org.deftstream.messaging.admin;

import static java.util.stream.Collectors.toMap;
import static java.util.stream.Collectors.toSet;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RetriableException;
import org.deftstream.deft.UserError;

/**
 * Waits until topics that were just created can be used.
 *
 * <p>The controller answers before the brokers know of a topic. A partition whose leader does not
 * know of it yet refuses the first batch of a producer; where the second one is under way already,
 * it is taken as the first, and the retried first is out of order until its delivery times out.
 */
final class TopicReadiness {
  private static final long PAUSE_MS = 50;

  private TopicReadiness() {}

  /**
   * Returns when the topics are listed and the leader of every partition answers.
   *
   * @param topics with their numbers of partitions set
   * @throws UserError when a leader does not answer within the connection's deadline
   */
  static void awaitReady(ClusterAdmin cluster, List<NewTopic> topics) {
    var partitions =
        topics.stream()
            .flatMap(
                topic ->
                    IntStream.range(0, topic.numPartitions())
                        .mapToObj(each -> new TopicPartition(topic.name(), each)))
            .collect(toMap(partition -> partition, partition -> OffsetSpec.latest()));
    long deadline = System.nanoTime() + cluster.deadline().toNanos();
    var names = topics.stream().map(NewTopic::name).collect(toSet());
    while (!cluster.get(cluster.admin().listTopics().names(), "list the topics").containsAll(names)
        && System.nanoTime() < deadline) {
      pause();
    }
    while (!answered(cluster, partitions, deadline)) {
      pause();
    }
  }

  private static boolean answered(
      ClusterAdmin cluster, Map<TopicPartition, OffsetSpec> partitions, long deadline) {
    try {
      cluster.get(
          cluster.admin().listOffsets(partitions).all(), "reach the leaders of the created topics");
      return true;
    } catch (UserError e) {
      // A topic that is not known yet is not asked for again by the client.
      if (e.getCause() instanceof RetriableException && System.nanoTime() < deadline) {
        return false;
      }
      throw e;
    }
  }

  private static void pause() {
    try {
      Thread.sleep(PAUSE_MS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UserError("interrupted while waiting for Kafka", e);
    }
  }
}
