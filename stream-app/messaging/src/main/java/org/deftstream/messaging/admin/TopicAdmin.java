package org.deftstream.messaging.admin;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.CreateTopicsOptions;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.config.ConfigResource;
import org.deftstream.deft.UserError;
import org.deftstream.schemas.TopicDefinition;
import org.deftstream.schemas.Topics;

/**
 * Creates Deftstream's topics with the settings they need and registers their schemas, on the
 * embedded stack or on a cluster of the user's own. All of it can be done again without harm:
 * topics that exist are left as they are, and what differs is reported.
 *
 * <p>Holds no connection between calls, so it needs no closing. Thread safe.
 */
public final class TopicAdmin {
  private final Connection connection;

  /** An administrator of the topics at the other end of the connection. */
  public TopicAdmin(Connection connection) {
    this.connection = connection;
  }

  /**
   * Creates the missing topics, registers all schemas and holds their subjects to FULL_TRANSITIVE.
   * What was created can be written to when this returns.
   *
   * @param topics names
   * @param partitions of the topics that carry data, at least 1
   * @param replication copies of each partition; empty for the cluster's default
   * @return one report per topic, in the order of {@link Topics#definitions}
   * @throws UserError when Kafka or the registry does not answer or refuses
   */
  public List<TopicReport> create(Topics topics, int partitions, Optional<Short> replication) {
    var definitions = topics.definitions(partitions);
    try (var cluster = ClusterAdmin.open(connection);
        var schemas = SchemaAdmin.open(connection)) {
      // Before the topics: where a schema is refused, nothing is made.
      Map<String, Integer> ids = new HashMap<>();
      for (var definition : definitions) {
        definition
            .valueSchema()
            .ifPresent(schema -> ids.put(definition.name(), schemas.register(definition, schema)));
      }
      var before = existing(cluster);
      var missing =
          definitions.stream()
              .filter(definition -> !before.contains(definition.name()))
              .map(
                  definition ->
                      new NewTopic(
                              definition.name(), Optional.of(definition.partitions()), replication)
                          .configs(definition.settings()))
              .toList();
      cluster.get(
          cluster.admin().createTopics(missing, new CreateTopicsOptions()).all(),
          "create the topics");
      TopicReadiness.awaitReady(cluster, missing);
      return report(cluster, definitions, before, ids);
    }
  }

  /** As {@link #create(Topics, int, Optional)} with the default partitions and replication. */
  public List<TopicReport> create(Topics topics) {
    return create(topics, Topics.DEFAULT_PARTITIONS, Optional.empty());
  }

  /**
   * Gives the topics that belong to the measurements as many partitions as any of them has, and at
   * least so many. What has them already is left as it is; Kafka cannot take any away.
   *
   * @param topics names; those that carry measurements, probes and answers exist
   * @param changelog the topic of the service's ledger; passed over while no service has run yet
   * @param partitions the least number, at least 1
   * @return the numbers before, of the topics that were grown
   * @throws UserError when Kafka does not answer or refuses
   */
  public Map<String, Integer> grow(Topics topics, String changelog, int partitions) {
    try (var cluster = ClusterAdmin.open(connection)) {
      var together =
          new TreeSet<>(
              List.of(
                  topics.measurements(),
                  topics.probes(),
                  topics.reconstructions(),
                  topics.deadLetters(),
                  changelog));
      together.retainAll(existing(cluster));
      Map<String, Integer> before = new TreeMap<>();
      cluster
          .get(cluster.admin().describeTopics(together).allTopicNames(), "describe the topics")
          .forEach((name, topic) -> before.put(name, topic.partitions().size()));
      int number = before.values().stream().reduce(partitions, Math::max);
      before.values().removeIf(count -> count == number);
      Map<String, NewPartitions> wanted = new TreeMap<>();
      before.keySet().forEach(name -> wanted.put(name, NewPartitions.increaseTo(number)));
      // In one request: a service that runs sees all of them grown.
      cluster.get(
          cluster.admin().createPartitions(wanted).all(),
          "give " + String.join(", ", before.keySet()) + " " + number + " partitions");
      TopicReadiness.awaitReady(
          cluster,
          before.keySet().stream()
              .map(name -> new NewTopic(name, Optional.of(number), Optional.empty()))
              .toList());
      return before;
    }
  }

  /**
   * Says which topics exist and how they differ from what Deftstream needs. Changes nothing.
   *
   * @throws UserError when Kafka or the registry does not answer or refuses
   */
  public List<TopicReport> describe(Topics topics) {
    var definitions = topics.definitions(Topics.DEFAULT_PARTITIONS);
    try (var cluster = ClusterAdmin.open(connection);
        var schemas = SchemaAdmin.open(connection)) {
      Map<String, Integer> ids = new HashMap<>();
      for (var definition : definitions) {
        definition
            .valueSchema()
            .map(schema -> schemas.find(definition, schema))
            .ifPresent(found -> found.ifPresent(id -> ids.put(definition.name(), id)));
      }
      return report(cluster, definitions, existing(cluster), ids);
    }
  }

  /**
   * Refuses a cluster that the service cannot work on: a topic or a schema is missing, or the probe
   * topic does not have the measurements' partitions. Called before the service starts, because
   * inside a running topology each of these is an endless loop of failures.
   *
   * @throws UserError naming what is missing and the command that creates it
   */
  public void verify(Topics topics) {
    var reports = describe(topics);
    var missing =
        reports.stream()
            .filter(report -> report.state() == TopicReport.State.MISSING)
            .map(TopicReport::name)
            .toList();
    if (!missing.isEmpty()) {
      throw new UserError(
          "Kafka at "
              + connection.bootstrapServers()
              + " lacks the topics "
              + String.join(", ", missing)
              + "; create them with: deftstream topics create");
    }
    var withSchema =
        topics.definitions(1).stream()
            .filter(definition -> definition.valueSchema().isPresent())
            .map(TopicDefinition::name)
            .collect(Collectors.toSet());
    var unregistered =
        reports.stream()
            .filter(report -> withSchema.contains(report.name()) && report.schemaId().isEmpty())
            .map(TopicReport::name)
            .toList();
    if (!unregistered.isEmpty()) {
      throw new UserError(
          "the schema registry at "
              + connection.shownRegistryUrl()
              + " lacks this program's schemas of "
              + String.join(", ", unregistered)
              + "; register them with: deftstream topics create");
    }
    requireSamePartitions(reports, topics);
  }

  private static void requireSamePartitions(List<TopicReport> reports, Topics topics) {
    var partitions =
        reports.stream().collect(Collectors.toMap(TopicReport::name, TopicReport::partitions));
    int measurements = partitions.get(topics.measurements());
    int probes = partitions.get(topics.probes());
    // Too few are grown by the service itself.
    if (measurements < probes) {
      throw new UserError(
          topics.probes()
              + " has "
              + probes
              + " partitions and "
              + topics.measurements()
              + " has "
              + measurements
              + "; they must have the same number, which they get by:"
              + " deftstream topics create --partitions "
              + probes);
    }
  }

  private static Set<String> existing(ClusterAdmin cluster) {
    return cluster.get(cluster.admin().listTopics().names(), "list the topics");
  }

  private static List<TopicReport> report(
      ClusterAdmin cluster,
      List<TopicDefinition> definitions,
      Set<String> before,
      Map<String, Integer> ids) {
    var present = new TreeSet<>(existing(cluster));
    present.retainAll(definitions.stream().map(TopicDefinition::name).toList());
    var descriptions =
        cluster.get(cluster.admin().describeTopics(present).allTopicNames(), "describe the topics");
    var configs =
        cluster.get(
            cluster
                .admin()
                .describeConfigs(present.stream().map(TopicAdmin::resource).toList())
                .all(),
            "read the topics' settings");
    List<TopicReport> reports = new ArrayList<>();
    for (var definition : definitions) {
      var name = definition.name();
      var id = ids.containsKey(name) ? OptionalInt.of(ids.get(name)) : OptionalInt.empty();
      var description = descriptions.get(name);
      reports.add(
          description == null
              ? new TopicReport(
                  name, TopicReport.State.MISSING, definition.partitions(), id, Map.of(), List.of())
              : new TopicReport(
                  name,
                  before.contains(name) ? TopicReport.State.PRESENT : TopicReport.State.CREATED,
                  description.partitions().size(),
                  id,
                  settings(definition, configs.get(resource(name))),
                  differences(definition, description, configs.get(resource(name)))));
    }
    return reports;
  }

  private static Map<String, String> settings(TopicDefinition wanted, Config found) {
    return wanted.settings().keySet().stream()
        .map(found::get)
        .filter(entry -> entry != null && entry.value() != null)
        .collect(Collectors.toMap(ConfigEntry::name, ConfigEntry::value));
  }

  private static List<String> differences(
      TopicDefinition wanted, TopicDescription found, Config settings) {
    List<String> differences = new ArrayList<>();
    // More partitions are the user's choice; control topics keep the order of events with one.
    if (wanted.partitions() == 1 && found.partitions().size() != 1) {
      differences.add(found.partitions().size() + " partitions instead of 1");
    }
    wanted
        .settings()
        .forEach(
            (key, value) -> {
              var entry = settings.get(key);
              if (entry != null && !value.equals(entry.value())) {
                differences.add(key + "=" + entry.value() + " instead of " + value);
              }
            });
    differences.sort(null);
    return differences;
  }

  private static ConfigResource resource(String topic) {
    return new ConfigResource(ConfigResource.Type.TOPIC, topic);
  }
}
