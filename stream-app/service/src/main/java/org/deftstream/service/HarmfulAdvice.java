package org.deftstream.service;

import ch.qos.logback.classic.Level;

/**
 * Keeps what Kafka Streams says of topics that do not fit out of the log: it recommends to delete
 * the ledger's topic, and what is in flight would be lost with it. The service says in its own
 * words what is so. Put into the log's way by the command line; thread-safe.
 */
public final class HarmfulAdvice extends LogDenial {
  private static final String KAFKA_STREAMS = "org.apache.kafka.streams.";

  @Override
  protected boolean denies(
      String logger, Level level, String format, Object[] arguments, Throwable thrown) {
    return logger.startsWith(KAFKA_STREAMS)
        && (TopicTrouble.advisedBy(format) || TopicTrouble.advisedBy(thrown) || advised(arguments));
  }

  private static boolean advised(Object[] arguments) {
    if (arguments == null) {
      return false;
    }
    for (Object each : arguments) {
      if (each instanceof Throwable thrown
          ? TopicTrouble.advisedBy(thrown)
          : each instanceof String text && TopicTrouble.advisedBy(text)) {
        return true;
      }
    }
    return false;
  }
}
