package org.deftstream.stream.stack;

import java.util.List;
import java.util.OptionalInt;

/**
 * What was found or done about one topic.
 *
 * @param name the topic
 * @param state whether it exists
 * @param partitions its number of partitions, or the number it is to have while it is missing
 * @param schemaId id of its value schema in the registry; empty where values are raw bytes or the
 *     schema is not registered
 * @param differences settings that are not as Deftstream needs them, one readable phrase each
 */
public record TopicReport(
    String name, State state, int partitions, OptionalInt schemaId, List<String> differences) {

  /** Whether the topic exists. */
  public enum State {
    /** It did not exist and was created. */
    CREATED,
    /** It exists. */
    PRESENT,
    /** It does not exist. */
    MISSING
  }

  /** Copies the list. */
  public TopicReport {
    differences = List.copyOf(differences);
  }
}
