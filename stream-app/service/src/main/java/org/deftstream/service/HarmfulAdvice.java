package org.deftstream.service;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.turbo.TurboFilter;
import ch.qos.logback.core.spi.FilterReply;
import org.slf4j.Marker;

/**
 * Keeps what Kafka Streams says of topics that do not fit out of the log: it recommends to delete
 * the ledger's topic, and what is in flight would be lost with it. The service says in its own
 * words what is so. Put into the log's way by the command line; thread-safe.
 */
public final class HarmfulAdvice extends TurboFilter {
  private static final String KAFKA_STREAMS = "org.apache.kafka.streams.";

  @Override
  public FilterReply decide(
      Marker marker,
      Logger logger,
      Level level,
      String format,
      Object[] arguments,
      Throwable thrown) {
    if (format == null || !logger.getName().startsWith(KAFKA_STREAMS)) {
      return FilterReply.NEUTRAL;
    }
    return TopicTrouble.advisedBy(format) || TopicTrouble.advisedBy(thrown) || advised(arguments)
        ? FilterReply.DENY
        : FilterReply.NEUTRAL;
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
