package org.deftstream.service;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.deftstream.deft.UserError;
import org.deftstream.schemas.Topics;
import org.deftstream.service.topology.OutputLimits;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the service must know of its topics before it consumes, and refuses to go on without: a
 * topic that is missing or has the wrong number of partitions would end every transaction, for
 * ever. Two that are equal were found for topics that are the same and as they were.
 *
 * @param partitions number of partitions of the measurements
 * @param ids Kafka's identities of the topics, by their names: one that was made anew has another
 * @param limits the largest records that can be published
 */
record TopicState(int partitions, Map<String, Uuid> ids, OutputLimits limits) {
  private static final Logger log = LoggerFactory.getLogger(TopicState.class);

  /** Copies. */
  TopicState {
    ids = Map.copyOf(ids);
  }

  /**
   * Asks the brokers, and grows what has fewer partitions than the measurements.
   *
   * @param admin a client; borrowed
   * @param topics names
   * @param changelog name of the ledger's topic
   * @param maxRequestBytes the producer's own limit
   * @throws UnfitTopicsException with one line that says what is wrong and what would be right
   * @throws UserError if Kafka does not answer
   */
  static TopicState of(Admin admin, Topics topics, String changelog, long maxRequestBytes) {
    Map<String, Uuid> ids = new TreeMap<>();
    var found = AlignedTopics.of(admin, topics, changelog);
    found.forEach((name, topic) -> ids.put(name, topic.topicId()));
    Map<ConfigResource, Config> configs =
        settings(
            admin, List.of(topics.measurements(), topics.reconstructions(), topics.deadLetters()));
    if (setting(configs, topics.measurements(), TopicConfig.CLEANUP_POLICY_CONFIG)
        .contains(TopicConfig.CLEANUP_POLICY_COMPACT)) {
      throw new UnfitTopicsException(
          "topic "
              + topics.measurements()
              + " is compacted, so records could vanish before they are answered; set"
              + " cleanup.policy=delete");
    }
    return new TopicState(
        found.get(topics.measurements()).partitions().size(),
        ids,
        new OutputLimits(
            Math.min(maxRequestBytes, maxBytes(configs, topics.reconstructions())),
            Math.min(maxRequestBytes, maxBytes(configs, topics.deadLetters()))));
  }

  /**
   * Warns of settings with which the service works, but may lose what it need not lose.
   *
   * @param admin a client; borrowed
   * @param topics names
   * @param maxRecordBytes the largest record that the service is set up for
   * @throws UserError if Kafka does not answer
   */
  static void warnOfSettings(Admin admin, Topics topics, int maxRecordBytes) {
    Map<ConfigResource, Config> configs =
        settings(
            admin, List.of(topics.measurements(), topics.reconstructions(), topics.deadLetters()));
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
  }

  /** Kafka's identity of a topic. */
  UUID id(String topic) {
    var id = ids.get(topic);
    return new UUID(id.getMostSignificantBits(), id.getLeastSignificantBits());
  }

  /** What is otherwise than it was before, in words. */
  String changeSince(TopicState before) {
    List<String> changes = new ArrayList<>();
    new TreeMap<>(ids)
        .forEach(
            (name, id) -> {
              if (!id.equals(before.ids.get(name))) {
                changes.add("topic " + name + " was deleted and made anew");
              }
            });
    if (partitions != before.partitions) {
      changes.add(
          "the measurements have " + partitions + " partitions, and had " + before.partitions);
    }
    if (!limits.equals(before.limits)) {
      changes.add("the answers' topics take records of another size");
    }
    return String.join(", ", changes);
  }

  private static Map<ConfigResource, Config> settings(Admin admin, List<String> names) {
    return AdminAnswers.get(
        admin.describeConfigs(names.stream().map(TopicState::resource).toList()).all(),
        "read its topics' settings");
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
}
