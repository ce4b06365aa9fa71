package org.deftstream.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.OutputStreamAppender;
import ch.qos.logback.core.encoder.LayoutWrappingEncoder;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How much is logged, and how. */
final class Verbosity {
  /** What the program itself says to whoever started it. */
  private static final Logger LOG = LoggerFactory.getLogger("deftstream");

  private static final String FORMAT_VARIABLE = "DEFTSTREAM_LOG_FORMAT";
  private static final String FORMAT_FLAG = "log.format=json";
  private static final String JSON = "json";

  private static volatile boolean json;

  private Verbosity() {}

  /** Raises the levels of the quiet defaults in {@link LogSetup}, or leaves them. */
  static void set(boolean verbose) {
    // A user who put another logging library behind slf4j configures that one.
    if (verbose && LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
      context.getLogger(Logger.ROOT_LOGGER_NAME).setLevel(Level.INFO);
      context.getLogger("org.deftstream").setLevel(Level.DEBUG);
    }
  }

  /** Takes the format from where it can be seen before the command line and settings are read. */
  static void early(Map<String, String> environment, String... args) {
    Thread.setDefaultUncaughtExceptionHandler(
        (thread, thrown) -> LOG.error("thread {} ended by itself", thread.getName(), thrown));
    boolean asked = JSON.equals(environment.getOrDefault(FORMAT_VARIABLE, "").strip());
    for (var arg : args) {
      asked |= arg.endsWith(FORMAT_FLAG);
    }
    if (asked) {
      json();
    }
  }

  /**
   * From now on every line of standard error is one JSON document, also what is printed to it by
   * whoever does.
   */
  static synchronized void json() {
    if (json || !(LoggerFactory.getILoggerFactory() instanceof LoggerContext context)) {
      return;
    }
    json = true;
    var appenders = context.getLogger(Logger.ROOT_LOGGER_NAME).iteratorForAppenders();
    while (appenders.hasNext()) {
      if (appenders.next() instanceof OutputStreamAppender<ILoggingEvent> appender) {
        var layout = new JsonLine();
        layout.setContext(context);
        layout.start();
        var encoder = new LayoutWrappingEncoder<ILoggingEvent>();
        encoder.setContext(context);
        encoder.setLayout(layout);
        encoder.start();
        appender.setEncoder(encoder);
        // Not through System.err, which leads here.
        appender.setOutputStream(new FileOutputStream(FileDescriptor.err));
      }
    }
    System.setErr(ErrorLines.to(LOG::info));
  }

  /** Whether standard error holds JSON documents. */
  static boolean isJson() {
    return json;
  }

  /** Reports the failure that ends the program, as a document. */
  static void failed(String message, Throwable shown) {
    LOG.error(message, shown);
  }
}
