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
 * .mixed.seconds} for how long; {@code .mixed.load} is the rate in percent of what batch-at-a-time
 * can do; {@code .mixed.call.micros} and {@code .mixed.row.micros} are the time of a call of the
 * prior and of each row in it.
 */
@Timeout(value = 6, unit = TimeUnit.HOURS)
@EnabledIfSystemProperty(named = Form.PROPERTY, matches = "short|long")
class MixedLoadIT {
  private static final int REPEATS = Form.number("mixed.repeats", 1, 3);
  private static final Duration TIME = Form.seconds("mixed.seconds", 8, 60);
  private static final double LOAD = Form.number("mixed.load", 80, 80) / 100.0;
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
    double rate = LOAD * Math.min(capacity.get(Way.ANY_TASK), capacity.get(Way.ONE_TASK));
    Map<Way, List<Long>> latencies = new EnumMap<>(Way.class);
    Map<Way, List<Double>> throughputs = new EnumMap<>(Way.class);
    for (int repeat = 0; repeat < REPEATS; repeat++) {
      var arrivals = Arrivals.poisson(tasks, rate, TIME, 1 + repeat);
      for (var way : Way.values()) {
        try (var batching = way.open()) {
          var outcome = arrivals.run(batching);
          latencies.computeIfAbsent(way, each -> new ArrayList<>()).addAll(outcome.latencies());
          throughputs.computeIfAbsent(way, each -> new ArrayList<>()).add(outcome.perSecond());
        }
      }
    }
    report(rate, capacity, latencies, throughputs);
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

  private static void report(
      double rate,
      Map<Way, Double> capacity,
      Map<Way, List<Long>> latencies,
      Map<Way, List<Double>> throughputs)
      throws Exception {
    var table =
        new Table(
            "way of batching",
            "capacity, requests/s",
            "arrivals/s",
            "requests",
            "answered/s",
            "p50",
            "p95",
            "p99",
            "p95 of step level divided by this");
    double p95 = Figures.of(latencies.get(Way.STEP_LEVEL)).quantile(0.95);
    double answered = Figures.of(throughputs.get(Way.STEP_LEVEL)).median();
    latencies.forEach(
        (way, values) -> {
          var figures = Figures.of(values);
          table.row(
              way.description,
              number(capacity.get(way), 1),
              number(rate, 1),
              values.size(),
              number(Figures.of(throughputs.get(way)).median(), 1),
              millis(figures.median()),
              millis(figures.quantile(0.95)),
              millis(figures.quantile(0.99)),
              number(p95 / figures.quantile(0.95), 2));
        });
    Section.MIXED.publish(
        "A call of the prior takes %d µs and %d µs for each row; batches of up to %d.%n%n%s"
            .formatted(CALL_MICROS, ROW_MICROS, MAX_BATCH, table.markdown()));
    if (Form.isLong()) {
      Page.update();
    }
    for (var way : new Way[] {Way.ANY_TASK, Way.ONE_TASK}) {
      if (Form.isLong()) {
        double other = Figures.of(throughputs.get(way)).median();
        assertThat(answered / other).as("throughput is equal").isBetween(1 - EQUAL, 1 + EQUAL);
      }
      double ratio = p95 / Figures.of(latencies.get(way)).quantile(0.95);
      assertThat(ratio)
          .as("p95 against %s", way.description)
          .isLessThanOrEqualTo(Form.isLong() ? WANTED : 1);
    }
  }
}
