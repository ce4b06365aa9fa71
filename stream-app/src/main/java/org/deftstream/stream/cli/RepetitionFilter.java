package org.deftstream.stream.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.turbo.TurboFilter;
import ch.qos.logback.core.spi.FilterReply;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Marker;

/**
 * Lets one message of a logger through in a while. Kafka's clients try again for ever, several
 * times a second each, and say so each time. Thread safe.
 */
final class RepetitionFilter extends TurboFilter {
  private final String loggerName;
  private final long intervalNanos;
  private final AtomicLong next = new AtomicLong(Long.MIN_VALUE);

  /** A filter of that logger alone. */
  RepetitionFilter(String loggerName, Duration interval) {
    this.loggerName = loggerName;
    this.intervalNanos = interval.toNanos();
  }

  @Override
  public FilterReply decide(
      Marker marker,
      Logger logger,
      Level level,
      String format,
      Object[] arguments,
      Throwable thrown) {
    // Asked also for messages that the logger's level will not let through.
    if (!loggerName.equals(logger.getName())
        || !level.isGreaterOrEqual(logger.getEffectiveLevel())
        || format == null) {
      return FilterReply.NEUTRAL;
    }
    return passes(System.nanoTime()) ? FilterReply.NEUTRAL : FilterReply.DENY;
  }

  /** Whether a message at that time, in nanoseconds of any clock, is the first in a while. */
  boolean passes(long now) {
    long due = next.get();
    return (due == Long.MIN_VALUE || now - due >= 0)
        && next.compareAndSet(due, now + intervalNanos);
  }
}
