package org.deftstream.stream.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How much is logged. */
final class Verbosity {
  private static final String CONNECTIONS = "org.apache.kafka.clients.NetworkClient";

  private Verbosity() {}

  /** Raises the levels of the quiet defaults in {@code logback.xml}, or leaves them. */
  static void set(boolean verbose) {
    // A user who put another logging library behind slf4j configures that one.
    if (verbose && LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
      context.getLogger(Logger.ROOT_LOGGER_NAME).setLevel(Level.INFO);
      context.getLogger("org.deftstream").setLevel(Level.DEBUG);
    }
  }

  /** For a process that runs for long: a broker that is gone is news, not the end. */
  static void reportLostConnections() {
    if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
      context.addTurboFilter(new RepetitionFilter(CONNECTIONS, Duration.ofSeconds(30)));
      context.getLogger(CONNECTIONS).setLevel(Level.WARN);
    }
  }
}
