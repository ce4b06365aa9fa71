package org.deftstream.tests.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.deftstream.tests.benchmarks.Table.millis;
import static org.deftstream.tests.benchmarks.Table.number;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.deftstream.deft.image.ImageShape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * How long an answer takes when four tasks with different numbers of steps share the engine:
 * batches formed at each step against batches run to their end. {@code
 * -Ddeftstream.benchmarks.mixed.repeats} sets how often each way runs, in turns, and {@code
 * .mixed.seconds} for how long at each rate. Rates are in percent of what the slower way of
 * batch-at-a-time can do, so that every way keeps up; {@code .mixed.call.micros} and {@code
 * .mixed.row.micros} are the time of a call of the prior and of each row in it.
 */
@Timeout(value = 6, unit = TimeUnit.HOURS)
@EnabledIfSystemProperty(named = Form.PROPERTY, matches = "short|long")
class MixedLoadIT {
  private static final int REPEATS = Form.number("mixed.repeats", 1, 2);
  private static final Duration TIME = Form.seconds("mixed.seconds", 8, 40);
  private static final int[] LOADS = Form.isLong() ? new int[] {80, 90, 95} : new int[] {90};
  private static final int CALL_MICROS = Form.number("mixed.call.micros", 4_000, 4_000);
  private static final int ROW_MICROS = Form.number("mixed.row.micros", 250, 250);
  private static final int MAX_BATCH = 16;
  private static final int SATURATING = 16 * MAX_BATCH;
  private static final double WANTED = 0.5;

  /** Throughputs that differ by less than this are equal: the last answers take their time. */
  private static final double EQUAL = 0.05;

  private enum Way {
    STEP_LEVEL("step level"),
    ANY_TASK("batch at a time, any task"),
    ONE_TASK("batch at a time, one task");

    private final String description;

    Way(String description) {
      this.description = description;
    }

    Batching open() {
      return this == STEP_LEVEL
          ? new StepLevel(MAX_BATCH)
          : new BatchAtATime(MAX_BATCH, this == ONE_TASK);
    }
  }

  private final List<DeviceTask> tasks = tasks();

  private static List<DeviceTask> tasks() {
    var prior =
        new DevicePrior(
            new ImageShape(16, 16, 1),
            Duration.ofNanos(1_000L * CALL_MICROS),
            Duration.ofNanos(1_000L * ROW_MICROS));
    return List.of(
        new DeviceTask("mixed/ten", prior, 10, 1),
        new DeviceTask("mixed/twenty", prior, 20, 1),
        new DeviceTask("mixed/thirty", prior, 30, 2),
        new DeviceTask("mixed/fifty", prior, 50, 1));
  }

  @Test
  void shouldAnswerSoonerThanBatchesAtATime() throws Exception {
    var capacity = capacity();
    double least = Math.min(capacity.get(Way.ANY_TASK), capacity.get(Way.ONE_TASK));
    var runs = new ArrayList<Run>();
    for (int load : LOADS) {
      runs.add(run(load, load / 100.0 * least));
    }
    report(capacity, runs);
    runs.forEach(MixedLoadIT::hold);
  }

  private Run run(int load, double rate) throws InterruptedException {
    var run = new Run(load, rate, new EnumMap<>(Way.class), new EnumMap<>(Way.class));
    for (int repeat = 0; repeat < REPEATS; repeat++) {
      var arrivals = Arrivals.poisson(tasks, rate, TIME, 1 + repeat);
      for (var way : Way.values()) {
        try (var batching = way.open()) {
          var outcome = arrivals.run(batching);
          run.latencies.computeIfAbsent(way, each -> new ArrayList<>()).addAll(outcome.latencies());
          run.throughputs.computeIfAbsent(way, each -> new ArrayList<>()).add(outcome.perSecond());
        }
      }
    }
    return run;
  }

  /** Requests per second when always enough of them wait; each way once before it counts. */
  private Map<Way, Double> capacity() throws InterruptedException {
    Map<Way, List<Double>> measured = new EnumMap<>(Way.class);
    for (int repeat = -1; repeat < REPEATS; repeat++) {
      for (var way : Way.values()) {
        try (var batching = way.open()) {
          double perSecond = Arrivals.atOnce(tasks, SATURATING).run(batching).perSecond();
          if (repeat >= 0) {
            measured.computeIfAbsent(way, each -> new ArrayList<>()).add(perSecond);
          }
        }
      }
    }
    var capacity = new EnumMap<Way, Double>(Way.class);
    measured.forEach((way, values) -> capacity.put(way, Figures.of(values).median()));
    return capacity;
  }

  /** Every way at one rate. */
  private record Run(
      int load, double rate, Map<Way, List<Long>> latencies, Map<Way, List<Double>> throughputs) {
    double p95(Way way) {
      return Figures.of(latencies.get(way)).quantile(0.95);
    }

    double answered(Way way) {
      return Figures.of(throughputs.get(way)).median();
    }
  }

  private static void report(Map<Way, Double> capacity, List<Run> runs) throws Exception {
    var table =
        new Table(
            "load",
            "arrivals/s",
            "way of batching",
            "capacity, requests/s",
            "requests",
            "answered/s",
            "p50",
            "p95",
            "p99",
            "p95 of step level divided by this");
    for (var run : runs) {
      run.latencies.forEach(
          (way, values) -> {
            var figures = Figures.of(values);
            table.row(
                run.load + " %",
                number(run.rate, 1),
                way.description,
                number(capacity.get(way), 1),
                values.size(),
                number(run.answered(way), 1),
                millis(figures.median()),
                millis(figures.quantile(0.95)),
                millis(figures.quantile(0.99)),
                number(run.p95(Way.STEP_LEVEL) / run.p95(way), 2));
          });
    }
    Section.MIXED.publish(
        "A call of the prior takes %d µs and %d µs for each row; batches of up to %d.%n%n%s"
            .formatted(CALL_MICROS, ROW_MICROS, MAX_BATCH, table.markdown()));
    if (Form.isLong()) {
      Page.update();
    }
  }

  /**
   * Half is wanted against batches of one task, which is what servers of models form. Batches of
   * any task are this engine's own, and wait at most for one batch: the slowest task's steps take
   * as long either way, so that less is left to win, and only that it is won is asked for.
   */
  private static void hold(Run run) {
    for (var way : new Way[] {Way.ANY_TASK, Way.ONE_TASK}) {
      if (Form.isLong()) {
        assertThat(run.answered(Way.STEP_LEVEL) / run.answered(way))
            .as("throughput at %d %%", run.load)
            .isBetween(1 - EQUAL, 1 + EQUAL);
      }
      assertThat(run.p95(Way.STEP_LEVEL) / run.p95(way))
          .as("p95 against %s at %d %%", way.description, run.load)
          .isLessThanOrEqualTo(Form.isLong() && way == Way.ONE_TASK ? WANTED : 1);
    }
  }
}
