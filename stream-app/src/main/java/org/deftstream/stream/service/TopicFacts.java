package org.deftstream.stream.service;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.deftstream.deft.UserError;
import org.deftstream.schemas.Topics;
import org.deftstream.stream.topology.OutputLimits;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the service must know of its topics before it starts, and refuses to start without: a topic
 * that is missing or has too few partitions would end every transaction, for ever.
 *
 * @param measurementsId Kafka's identity of the topic of measurements
 * @param limits the largest records that can be published
 */
record TopicFacts(UUID measurementsId, OutputLimits limits) {
  private static final Logger log = LoggerFactory.getLogger(TopicFacts.class);
  private static final long SECONDS = 30;

  /**
   * Asks the brokers.
   *
   * @param admin a client; borrowed
   * @param topics names
   * @param maxRequestBytes the producer's own limit
   * @param maxRecordBytes the largest record that the service is set up for
   * @throws UserError with one line that says what is wrong and what would be right
   */
  static TopicFacts of(Admin admin, Topics topics, long maxRequestBytes, int maxRecordBytes) {
    var names =
        List.of(
            topics.measurements(), topics.ticks(), topics.reconstructions(), topics.deadLetters());
    Map<String, TopicDescription> found =
        get(admin.describeTopics(names).allTopicNames(), "describe its topics");
    int partitions = found.get(topics.measurements()).partitions().size();
    requireEqual(topics, found.get(topics.ticks()), partitions);
    requireAtLeast(topics, found.get(topics.reconstructions()), partitions);
    requireAtLeast(topics, found.get(topics.deadLetters()), partitions);

    var resources = new ArrayList<ConfigResource>();
    names.forEach(name -> resources.add(resource(name)));
    Map<ConfigResource, Config> configs =
        get(admin.describeConfigs(resources).all(), "read its topics' settings");
    if (setting(configs, topics.measurements(), TopicConfig.CLEANUP_POLICY_CONFIG)
        .contains(TopicConfig.CLEANUP_POLICY_COMPACT)) {
      throw new UserError(
          "topic "
              + topics.measurements()
              + " is compacted, so records could vanish before they are answered; set"
              + " cleanup.policy=delete");
    }
    for (String name : List.of(topics.reconstructions(), topics.deadLetters())) {
      if (!"LogAppendTime"
          .equals(setting(configs, name, TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG))) {
        log.warn(
            "topic {} keeps answers by the time of their measurement, so old measurements' answers"
                + " may be deleted early; set message.timestamp.type=LogAppendTime",
            name);
      }
    }
    long measurement = maxBytes(configs, topics.measurements());
    if (measurement > maxRecordBytes) {
      log.warn(
          "topic {} takes records of {} bytes, the service is set up for {}; a larger one that"
              + " fails leaves without its value: raise records.max.bytes",
          topics.measurements(),
          measurement,
          maxRecordBytes);
    }
    var id = found.get(topics.measurements()).topicId();
    return new TopicFacts(
        new UUID(id.getMostSignificantBits(), id.getLeastSignificantBits()),
        new OutputLimits(
            Math.min(maxRequestBytes, maxBytes(configs, topics.reconstructions())),
            Math.min(maxRequestBytes, maxBytes(configs, topics.deadLetters()))));
  }

  private static void requireEqual(Topics topics, TopicDescription topic, int partitions) {
    if (topic.partitions().size() != partitions) {
      throw wrongPartitions(topics, topic, partitions, "exactly");
    }
  }

  private static void requireAtLeast(Topics topics, TopicDescription topic, int partitions) {
    if (topic.partitions().size() < partitions) {
      throw wrongPartitions(topics, topic, partitions, "at least");
    }
  }

  private static UserError wrongPartitions(
      Topics topics, TopicDescription topic, int partitions, String how) {
    return new UserError(
        "topic %s has %d partitions, but needs %s the %d of %s"
            .formatted(
                topic.name(), topic.partitions().size(), how, partitions, topics.measurements()));
  }

  private static long maxBytes(Map<ConfigResource, Config> configs, String topic) {
    return Long.parseLong(setting(configs, topic, TopicConfig.MAX_MESSAGE_BYTES_CONFIG));
  }

  private static String setting(Map<ConfigResource, Config> configs, String topic, String setting) {
    var entry = configs.get(resource(topic)).get(setting);
    return entry == null || entry.value() == null ? "" : entry.value();
  }

  private static ConfigResource resource(String topic) {
    return new ConfigResource(ConfigResource.Type.TOPIC, topic);
  }

  private static <T> T get(KafkaFuture<T> future, String what) {
    try {
      return future.get(SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UserError("the service was interrupted while it wanted to " + what);
    } catch (TimeoutException e) {
      throw new UserError(
          "Kafka did not answer within " + SECONDS + " s when the service wanted to " + what, e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof UnknownTopicOrPartitionException) {
        throw new UserError(
            "a topic of the service does not exist; create them with: deftstream topics create", e);
      }
      throw new UserError("the service could not " + what + ": " + e.getCause().getMessage(), e);
    }
  }
}
