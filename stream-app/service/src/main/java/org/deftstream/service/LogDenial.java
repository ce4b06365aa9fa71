package org.deftstream.service;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.turbo.TurboFilter;
import ch.qos.logback.core.spi.FilterReply;
import org.slf4j.Marker;

/** Keeps messages out of the log, whatever its level; thread-safe. */
public abstract class LogDenial extends TurboFilter {
  @Override
  public final FilterReply decide(
      Marker marker, Logger logger, Level level, String format, Object[] params, Throwable thrown) {
    return format != null && denies(logger.getName(), level, format, params, thrown)
        ? FilterReply.DENY
        : FilterReply.NEUTRAL;
  }

  /**
   * Whether a message is kept out.
   *
   * @param format the message, with a place for each argument
   * @param arguments null where there are none
   * @param thrown null where nothing was
   */
  protected abstract boolean denies(
      String logger, Level level, String format, Object[] arguments, Throwable thrown);
}
