package org.deftstream.tests.benchmarks;

/**
 * When how many were done, of a known number: the throughput without the beginning, in which the
 * pipeline fills, and the end, in which it runs empty. Thread-safe.
 */
final class Progress {
  private static final double EDGE = 0.2;

  private final int total;
  private int done;
  private int first = -1;
  private long firstAt;
  private int last;
  private long lastAt;

  /** Of so many. */
  Progress(int total) {
    this.total = total;
  }

  /** Notes that so many more are done now. */
  synchronized void add(int number) {
    long now = System.nanoTime();
    done += number;
    if (first < 0 && done >= EDGE * total) {
      first = done;
      firstAt = now;
    }
    if (done <= (1 - EDGE / 2) * total) {
      last = done;
      lastAt = now;
    }
  }

  synchronized boolean finished() {
    return done >= total;
  }

  synchronized int done() {
    return done;
  }

  /**
   * Number per second between a fifth and nine tenths of the way.
   *
   * @throws IllegalStateException if too much came at once
   */
  synchronized double perSecond() {
    if (first < 0 || last <= first) {
      throw new IllegalStateException(
          "%d came in too few portions to tell a rate: take more records".formatted(total));
    }
    return (last - first) / ((lastAt - firstAt) / 1e9);
  }
}
