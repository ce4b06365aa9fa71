package org.deftstream.devstack.stack;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.FileAppender;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.slf4j.LoggerFactory;

/**
 * Sends what the embedded broker logs to a file of its own, as the registry's does: its hundreds of
 * lines are about a server that the user did not write, and would bury the one line that matters.
 *
 * <p>Servers in one process share Kafka's loggers, so the broker that started last has them. Closed
 * with the broker. Does nothing when another library than logback stands behind slf4j.
 */
final class BrokerLog implements AutoCloseable {
  /** The server's packages; those that it shares with clients stay where they are. */
  private static final List<String> LOGGERS =
      List.of(
          "kafka",
          "state.change.logger",
          "org.apache.kafka.controller",
          "org.apache.kafka.coordinator",
          "org.apache.kafka.image",
          "org.apache.kafka.metadata",
          "org.apache.kafka.network",
          "org.apache.kafka.raft",
          "org.apache.kafka.server",
          "org.apache.kafka.snapshot",
          "org.apache.kafka.storage",
          "org.apache.kafka.timeline");

  private final FileAppender<ILoggingEvent> appender;

  private BrokerLog(FileAppender<ILoggingEvent> appender) {
    this.appender = appender;
  }

  /**
   * Begins to write the file, at its end.
   *
   * @throws IOException when a log that has grown large cannot be set aside
   */
  static BrokerLog to(Path file) throws IOException {
    ServerLog.rotate(file);
    if (!(LoggerFactory.getILoggerFactory() instanceof LoggerContext context)) {
      return new BrokerLog(null);
    }
    var encoder = new PatternLayoutEncoder();
    encoder.setContext(context);
    encoder.setPattern("%d{ISO8601} %-5level [%thread] %logger - %msg%n");
    encoder.start();
    var appender = new FileAppender<ILoggingEvent>();
    appender.setContext(context);
    appender.setName("broker " + file);
    appender.setFile(file.toString());
    appender.setEncoder(encoder);
    appender.start();
    for (var name : LOGGERS) {
      var logger = context.getLogger(name);
      logger.setLevel(Level.INFO);
      logger.setAdditive(false);
      logger.addAppender(appender);
    }
    return new BrokerLog(appender);
  }

  @Override
  public void close() {
    if (appender == null || !(LoggerFactory.getILoggerFactory() instanceof LoggerContext context)) {
      return;
    }
    LOGGERS.stream().map(context::getLogger).forEach(this::detach);
    appender.stop();
  }

  /** Without an appender of its own the logger goes back to the program's log, errors only. */
  private void detach(Logger logger) {
    logger.detachAppender(appender);
    if (!logger.iteratorForAppenders().hasNext()) {
      logger.setAdditive(true);
      logger.setLevel(Level.ERROR);
    }
  }
}
