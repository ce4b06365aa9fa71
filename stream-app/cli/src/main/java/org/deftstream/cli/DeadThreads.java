package org.deftstream.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.turbo.TurboFilter;
import ch.qos.logback.core.spi.FilterReply;
import org.slf4j.Marker;

/**
 * Ends the process when a thread of it dies for lack of memory, or of another {@link
 * VirtualMachineError}: what the thread did is done no more, and a process that lives without it
 * answers nothing. The threads of Kafka's clients tell of their death in the log alone, so the log
 * is where this listens ({@link LogSetup}); all others tell the JVM. Thread-safe.
 */
public final class DeadThreads extends TurboFilter {
  /** As the JVM exits with {@code -XX:+ExitOnOutOfMemoryError}. */
  static final int EXIT = 3;

  /** So a thread of Kafka's says that it dies. */
  private static final String LAST_WORDS = "Uncaught exception in";

  /** Listens to the threads that tell the JVM. */
  static void watch() {
    Thread.setDefaultUncaughtExceptionHandler(
        (thread, thrown) -> {
          if (thrown instanceof VirtualMachineError) {
            end(thread.getName(), thrown);
          }
          System.err.println("thread " + thread.getName() + " ended with " + thrown);
          thrown.printStackTrace();
        });
  }

  @Override
  public FilterReply decide(
      Marker marker, Logger logger, Level level, String format, Object[] params, Throwable thrown) {
    if (level == Level.ERROR && format != null && format.startsWith(LAST_WORDS)) {
      if (thrown instanceof VirtualMachineError) {
        end(Thread.currentThread().getName(), thrown);
      }
      for (Object each : params == null ? new Object[0] : params) {
        if (each instanceof VirtualMachineError found) {
          end(Thread.currentThread().getName(), found);
        }
      }
    }
    return FilterReply.NEUTRAL;
  }

  private static void end(String thread, Throwable thrown) {
    try {
      System.err.println(
          "deftstream: thread " + thread + " ended with " + thrown + ", so the process ends");
    } finally {
      Runtime.getRuntime().halt(EXIT);
    }
  }
}
