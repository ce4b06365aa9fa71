package org.deftstream.cli;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.core.LayoutBase;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/**
 * A line of the log for people: date, level, class and message, and behind it, indented, what was
 * thrown and where. Nothing that is logged can begin a line of its own. Thread-safe.
 */
public final class TextLine extends LayoutBase<ILoggingEvent> {
  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSS", Locale.ROOT)
          .withZone(ZoneId.systemDefault());
  private static final int CAUSES = 5;

  @Override
  public String doLayout(ILoggingEvent event) {
    String logger = event.getLoggerName();
    var line =
        new StringBuilder(DATE.format(event.getInstant()))
            .append(' ')
            .append("%-5s".formatted(event.getLevel()))
            .append(' ')
            .append(logger.substring(logger.lastIndexOf('.') + 1))
            .append(" - ")
            .append(LogText.oneLine(event.getFormattedMessage()))
            .append('\n');
    var thrown = event.getThrowableProxy();
    for (int i = 0; thrown != null && i < CAUSES; i++) {
      append(line, thrown, i > 0);
      thrown = thrown.getCause();
    }
    return line.toString();
  }

  private static void append(StringBuilder line, IThrowableProxy thrown, boolean cause) {
    line.append(cause ? "\tcaused by " : "\t")
        .append(thrown.getClassName())
        .append(thrown.getMessage() == null ? "" : ": " + LogText.oneLine(thrown.getMessage()))
        .append('\n');
    var frames = thrown.getStackTraceElementProxyArray();
    if (frames != null && frames.length > 0) {
      line.append("\t\t").append(frames[0].getSTEAsString()).append('\n');
    }
  }
}
