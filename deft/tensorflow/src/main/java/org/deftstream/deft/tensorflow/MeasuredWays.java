package org.deftstream.deft.tensorflow;

import java.util.LinkedHashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether batches are faster with composed steps or without, measured when an operator, a size and
 * a number of rows first come up: a few batches each way, of which the first does not count and the
 * fastest does. What was found once is kept. Thread-safe.
 */
final class MeasuredWays {
  private static final Logger LOG = LoggerFactory.getLogger(MeasuredWays.class);
  private static final int RUNS = 3;
  private static final int MOST_CHOICES = 256;

  /** Those that were used last. */
  private final Map<Choice, Times> times =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Choice, Times> eldest) {
          return size() > MOST_CHOICES;
        }
      };

  /** Batches of one way. */
  private static final class Way {
    int runs;
    long least = Long.MAX_VALUE;

    void took(long nanos) {
      runs++;
      if (runs > 1) {
        least = Math.min(least, nanos);
      }
    }

    boolean isMeasured() {
      return runs >= RUNS;
    }

    double millis() {
      return Math.round(least / 1e4) / 100.0;
    }
  }

  /** What is measured: rows count up to a power of two. */
  private record Choice(StepKind kind, int rows) {
    static Choice of(StepKind kind, int rows) {
      return new Choice(kind, GraphProximal.Choice.rounded(rows));
    }
  }

  private static final class Times {
    final Way composed = new Way();
    final Way apart = new Way();

    boolean isMeasured() {
      return composed.isMeasured() && apart.isMeasured();
    }

    boolean isComposed() {
      return isMeasured() ? composed.least < apart.least : apart.isMeasured();
    }
  }

  /** Whether the next batch is to be composed: after those that are not, those that are. */
  synchronized boolean composed(StepKind kind, int rows) {
    return of(Choice.of(kind, rows)).isComposed();
  }

  private Times of(Choice choice) {
    return times.computeIfAbsent(choice, key -> new Times());
  }

  /** Notes how long a batch took. */
  synchronized void took(StepKind kind, int rows, boolean composed, long nanos) {
    var choice = Choice.of(kind, rows);
    var of = of(choice);
    if (of.isMeasured()) {
      return;
    }
    (composed ? of.composed : of.apart).took(nanos);
    if (of.isMeasured()) {
      LOG.info(
          "steps of {} for up to {} rows are {}composed: {} ms composed, {} ms otherwise",
          kind,
          choice.rows(),
          of.isComposed() ? "" : "not ",
          of.composed.millis(),
          of.apart.millis());
    }
  }
}
