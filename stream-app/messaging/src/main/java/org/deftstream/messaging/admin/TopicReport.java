package org.deftstream.messaging.admin;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;

/**
 * What was found or done about one topic.
 *
 * @param name the topic
 * @param state whether it exists
 * @param partitions its number of partitions, or the number it is to have while it is missing
 * @param schemaId id of its value schema in the registry; empty where values are raw bytes or the
 *     schema is not registered
 * @param settings the topic's settings that Deftstream cares about, as they are; empty while it is
 *     missing
 * @param differences settings that are not as Deftstream needs them, one readable phrase each
 */
public record TopicReport(
    String name,
    State state,
    int partitions,
    OptionalInt schemaId,
    Map<String, String> settings,
    List<String> differences) {

  /** Whether the topic exists. */
  public enum State {
    /** It did not exist and was created. */
    CREATED,
    /** It exists. */
    PRESENT,
    /** It does not exist. */
    MISSING
  }

  /** Copies. */
  public TopicReport {
    settings = Collections.unmodifiableMap(new TreeMap<>(settings));
    differences = List.copyOf(differences);
  }
}
