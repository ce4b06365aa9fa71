package org.deftstream.messaging.admin;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.deftstream.deft.UserError;
import org.deftstream.schemas.TopicDefinition;
import org.deftstream.schemas.Topics;

/**
 * Deletes what belongs to one installation of the service: its topics, the internal ones that Kafka
 * Streams made for it, its consumer group, and on request the schemas' subjects.
 *
 * <p>Holds no connection between calls, so it needs no closing. Thread safe.
 */
public final class TopicRemoval {
  private static final List<String> INTERNAL = List.of("-changelog", "-repartition");

  private final Connection connection;
  private final Topics topics;
  private final String applicationId;

  /**
   * Of the installation with these names.
   *
   * @param connection where it is
   * @param topics names of its topics
   * @param applicationId the service's name: its consumer group, and the prefix of internal topics
   */
  public TopicRemoval(Connection connection, Topics topics, String applicationId) {
    this.connection = connection;
    this.topics = topics;
    this.applicationId = applicationId;
  }

  /**
   * What there is to delete.
   *
   * @param topics existing topics, internal ones included, sorted
   * @param group the consumer group, if there is one
   * @param subjects existing subjects of the registry
   */
  public record Plan(List<String> topics, Optional<String> group, List<String> subjects) {
    /** Copies. */
    public Plan {
      topics = List.copyOf(topics);
      subjects = List.copyOf(subjects);
    }

    /** Whether there is nothing to do. */
    public boolean isEmpty() {
      return topics.isEmpty() && group.isEmpty() && subjects.isEmpty();
    }
  }

  /**
   * Looks what is there and changes nothing.
   *
   * @param schemas whether the subjects are to go too
   * @throws UserError when an instance of the service is running, or Kafka or the registry does not
   *     answer
   */
  public Plan plan(boolean schemas) {
    var definitions = topics.definitions(1);
    try (var cluster = ClusterAdmin.open(connection)) {
      var group = group(cluster);
      group.ifPresent(this::requireStopped);
      var existing =
          new TreeSet<>(cluster.get(cluster.admin().listTopics().names(), "list the topics"));
      var names = definitions.stream().map(TopicDefinition::name).toList();
      existing.removeIf(name -> !names.contains(name) && !internal(name));
      return new Plan(
          List.copyOf(existing),
          group.map(ConsumerGroupDescription::groupId),
          schemas ? subjects(definitions) : List.of());
    }
  }

  /**
   * Deletes what a plan names.
   *
   * @throws UserError when Kafka or the registry refuses or does not answer
   */
  public void execute(Plan plan) {
    try (var cluster = ClusterAdmin.open(connection)) {
      cluster.get(cluster.admin().deleteTopics(plan.topics()).all(), "delete the topics");
      if (plan.group().isPresent()) {
        cluster.get(
            cluster.admin().deleteConsumerGroups(List.of(plan.group().get())).all(),
            "delete the consumer group");
      }
    }
    if (!plan.subjects().isEmpty()) {
      try (var registry = SchemaAdmin.open(connection)) {
        plan.subjects().forEach(registry::delete);
      }
    }
  }

  private List<String> subjects(List<TopicDefinition> definitions) {
    try (var registry = SchemaAdmin.open(connection)) {
      return definitions.stream().filter(registry::has).map(TopicDefinition::subject).toList();
    }
  }

  private boolean internal(String name) {
    return name.startsWith(applicationId + "-") && INTERNAL.stream().anyMatch(name::endsWith);
  }

  /** Empty where no instance has ever run. */
  private Optional<ConsumerGroupDescription> group(ClusterAdmin cluster) {
    Map<String, ? extends org.apache.kafka.common.KafkaFuture<ConsumerGroupDescription>> answer =
        cluster.admin().describeConsumerGroups(List.of(applicationId)).describedGroups();
    try {
      return Optional.of(
          answer.get(applicationId).get(connection.deadline().toMillis(), TimeUnit.MILLISECONDS));
    } catch (ExecutionException e) {
      if (e.getCause() instanceof GroupIdNotFoundException) {
        return Optional.empty();
      }
      throw new UserError(
          "cannot look at the consumer group " + applicationId + ": " + e.getCause().getMessage(),
          e);
    } catch (TimeoutException e) {
      throw new UserError("Kafka did not answer when asked for the group " + applicationId, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UserError("interrupted while waiting for Kafka", e);
    }
  }

  private void requireStopped(ConsumerGroupDescription group) {
    if (!group.members().isEmpty()) {
      throw new UserError(
          "the service "
              + applicationId
              + " is running (members of its group: "
              + group.members().size()
              + "); stop its instances before its topics are deleted");
    }
  }
}
