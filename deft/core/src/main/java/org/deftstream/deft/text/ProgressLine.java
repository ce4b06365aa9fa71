package org.deftstream.deft.text;

import java.io.PrintStream;
import java.util.Locale;

/**
 * Progress of long work with the time that is left: one line that is drawn over on a terminal, a
 * plain line now and then elsewhere. Not thread-safe. Closing ends the line.
 */
public final class ProgressLine implements AutoCloseable {
  private static final int WIDTH = 30;
  private static final long TERMINAL_NANOS = 200_000_000L;
  private static final long PLAIN_NANOS = 30_000_000_000L;

  private final PrintStream out;
  private final String what;
  private final boolean terminal;
  private final long begun = System.nanoTime();
  private double first = Double.NaN;
  private long shown;
  private boolean open;

  /**
   * A line on standard error.
   *
   * @param what the work, in a word or two
   */
  public static ProgressLine onStandardError(String what) {
    return new ProgressLine(System.err, what, Terminal.onStandardError());
  }

  ProgressLine(PrintStream out, String what, boolean terminal) {
    this.out = out;
    this.what = what;
    this.terminal = terminal;
  }

  /**
   * Shows the state, not more often than an eye can follow.
   *
   * @param share 0 to 1
   * @param note a few words, may be empty
   */
  public void show(double share, String note) {
    if (Double.isNaN(first)) {
      first = share;
    }
    long now = System.nanoTime();
    long pause = terminal ? TERMINAL_NANOS : PLAIN_NANOS;
    if (shown != 0 && now - shown < pause && share < 1) {
      return;
    }
    shown = now;
    int filled = (int) Math.round(share * WIDTH);
    String bar = "#".repeat(filled) + ".".repeat(WIDTH - filled);
    String line =
        String.format(
            Locale.ROOT, "%s [%s] %3.0f %% %s %s", what, bar, 100 * share, left(share, now), note);
    if (terminal) {
      out.print("\r" + line + "\u001b[K");
      out.flush();
      open = true;
    } else {
      out.println(line);
    }
  }

  private String left(double share, long now) {
    if (share <= first || share >= 1) {
      return "";
    }
    double seconds = (now - begun) / 1e9 * (1 - share) / (share - first);
    return seconds < 90
        ? String.format(Locale.ROOT, "%.0f s left", seconds)
        : String.format(Locale.ROOT, "%.0f min left", seconds / 60);
  }

  @Override
  public void close() {
    if (open) {
      out.println();
      open = false;
    }
  }
}
