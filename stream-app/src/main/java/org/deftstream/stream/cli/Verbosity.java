package org.deftstream.stream.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.OutputStreamAppender;
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

  /** One JSON document per line instead of text, on every appender. */
  static void json() {
    if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
      var appenders = context.getLogger(Logger.ROOT_LOGGER_NAME).iteratorForAppenders();
      while (appenders.hasNext()) {
        if (appenders.next() instanceof OutputStreamAppender<ILoggingEvent> appender) {
          var encoder = new JsonEncoder();
          encoder.setContext(context);
          encoder.setWithFormattedMessage(true);
          encoder.setWithMessage(false);
          encoder.setWithArguments(false);
          encoder.setWithContext(false);
          encoder.start();
          appender.setEncoder(encoder);
        }
      }
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
