package org.deftstream.schemas;

import java.util.Map;
import java.util.Optional;
import org.apache.avro.Schema;

/**
 * How one topic is created, and what its values look like.
 *
 * @param name the topic's name
 * @param partitions number of partitions, at least 1
 * @param settings Kafka's topic settings, for example {@code cleanup.policy}
 * @param valueSchema the Avro schema of the values as it is registered, or empty where values are
 *     raw bytes
 */
public record TopicDefinition(
    String name, int partitions, Map<String, String> settings, Optional<Schema> valueSchema) {

  /**
   * Checks and copies.
   *
   * @throws IllegalArgumentException if name is blank or partitions is less than 1
   */
  public TopicDefinition {
    if (name.isBlank()) {
      throw new IllegalArgumentException("a topic needs a name");
    }
    if (partitions < 1) {
      throw new IllegalArgumentException(
          "topic " + name + " needs at least 1 partition, not " + partitions);
    }
    settings = Map.copyOf(settings);
  }

  /**
   * The registry's subject of the values under the TopicNameStrategy.
   *
   * @return topic name and {@code -value}
   */
  public String subject() {
    return name + "-value";
  }
}
