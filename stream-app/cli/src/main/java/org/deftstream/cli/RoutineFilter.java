package org.deftstream.cli;

import ch.qos.logback.classic.Level;
import java.util.List;
import org.deftstream.service.LogDenial;

/**
 * Keeps out of the log what Kafka's clients warn of in ordinary work, and, at any level of detail,
 * the pages of settings that each client prints when it starts. Thread-safe.
 */
public final class RoutineFilter extends LogDenial {
  /** A message of a logger that says nothing is wrong, by a part of it: Kafka puts names before. */
  private record Routine(String logger, String part) {}

  private static final List<Routine> ROUTINES =
      List.of(
          // A batch that came before the one ahead of it, a leader that moved: sent once more. What
          // cannot be sent in time is reported otherwise.
          new Routine(
              "org.apache.kafka.clients.producer.internals.Sender", "Got error produce response"),
          // The ledger is restored from its topic, wherever its directory is.
          new Routine(
              "org.apache.kafka.streams.processor.internals.StateDirectory",
              "Using an OS temp directory"));

  @Override
  protected boolean denies(
      String logger, Level level, String format, Object[] arguments, Throwable thrown) {
    return (level == Level.INFO && logger.endsWith("Config"))
        || (level == Level.WARN
            && ROUTINES.stream()
                .anyMatch(each -> each.logger.equals(logger) && format.contains(each.part)));
  }
}
