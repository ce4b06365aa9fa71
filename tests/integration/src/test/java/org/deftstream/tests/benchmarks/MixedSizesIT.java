package org.deftstream.tests.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.deftstream.tests.benchmarks.Table.millis;
import static org.deftstream.tests.benchmarks.Table.number;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.prior.Tiling;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * A stream of images of mixed sizes and tasks: how full batches are and how long an answer takes,
 * images cut into patches against images that share a batch with their own size only. {@code
 * -Ddeftstream.benchmarks.sizes.seconds} sets for how long they arrive.
 */
@Timeout(value = 2, unit = TimeUnit.HOURS)
@EnabledIfSystemProperty(named = Form.PROPERTY, matches = "short|long")
class MixedSizesIT {
  private static final Duration TIME = Form.seconds("sizes.seconds", 8, 120);
  private static final int[] LOADS = Form.isLong() ? new int[] {60, 90} : new int[] {90};
  private static final int SATURATING = Form.number("sizes.requests", 62, 248);
  private static final int[] SIDES = {64, 128, 256, 512, 1024};
  private static final int[] STEPS = {10, 20, 30, 50};
  private static final int REGION = 64;
  private static final int OVERLAP = 8;
  private static final int MAX_BATCH = 16;
  private static final Duration CALL = Duration.ofMillis(4);
  private static final Duration ROW = Duration.ofNanos(250_000);
  private static final double FILL = 0.95;

  private enum Way {
    PATCHES("patches, all sizes in a batch", new Tiling.Patches(OVERLAP)),
    ONE_SIZE("rows of their own size, one size in a batch", new Tiling.Direct(1));

    private final String description;
    private final Tiling tiling;

    Way(String description, Tiling tiling) {
      this.description = description;
      this.tiling = tiling;
    }
  }

  /** A prior that cuts in one way, and its tasks, as often as they are to come. */
  private record Served(DevicePrior prior, List<DeviceTask> tasks) {
    static Served of(Way way) {
      var prior = new DevicePrior(new ImageShape(REGION, REGION, 1), way.tiling, CALL, ROW);
      var tasks = new ArrayList<DeviceTask>();
      for (int side : SIDES) {
        for (int steps : STEPS) {
          var task =
              new DeviceTask(
                  "mixed/%d-%d".formatted(side, steps),
                  prior,
                  new ImageShape(side, side, 1),
                  steps,
                  1);
          IntStream.range(0, SIDES[SIDES.length - 1] / side).forEach(i -> tasks.add(task));
        }
      }
      return new Served(prior, tasks);
    }
  }

  /** What came of one way: rows of batches divided by the most that they might have had. */
  private record Run(Arrivals.Outcome outcome, double fill) {}

  private static Run run(Way way, double perSecond) throws InterruptedException {
    var served = Served.of(way);
    var arrivals =
        perSecond > 0
            ? Arrivals.poisson(served.tasks, perSecond, TIME, 1)
            : Arrivals.atOnce(served.tasks, SATURATING);
    try (var batching = new StepLevel(MAX_BATCH)) {
      var outcome = arrivals.run(batching);
      double rows = -batching.statistics().paddedRows();
      double most = 0;
      for (var calls : served.prior.calls().entrySet()) {
        int fit = MAX_BATCH * REGION * REGION / calls.getKey().size();
        rows += calls.getValue().rows();
        most += calls.getValue().number() * Math.max(1, Math.min(MAX_BATCH, fit));
      }
      return new Run(outcome, rows / most);
    }
  }

  @Test
  void shouldFillBatchesWithImagesOfAnySize() throws Exception {
    double capacity = run(Way.ONE_SIZE, 0).outcome.perSecond();
    var table =
        new Table(
            "load",
            "way",
            "requests",
            "answered/s",
            "batch fill",
            "p50",
            "p95",
            "p95 of 64 pixels",
            "p95 of 1024 pixels");
    var fullest = new ArrayList<Double>();
    for (int load : LOADS) {
      for (var way : Way.values()) {
        var run = run(way, load / 100.0 * capacity);
        row(table, load + " %", way, run);
      }
    }
    for (var way : Way.values()) {
      var run = run(way, 0);
      row(table, "all at once", way, run);
      fullest.add(run.fill);
    }
    Section.MIXED_SIZES.publish(
        "A call takes %d ms and %d µs for each 64 x 64 pixels; a batch has up to %d rows of these."
                .formatted(CALL.toMillis(), ROW.toNanos() / 1000, MAX_BATCH)
            + "\n\n"
            + table.markdown());
    if (Form.isLong()) {
      Page.update();
      assertThat(fullest.get(0)).as("fill, while enough waits").isGreaterThan(FILL);
    }
  }

  private static void row(Table table, String load, Way way, Run run) {
    var outcome = run.outcome;
    var all = Figures.of(outcome.latencies());
    table.row(
        load,
        way.description,
        outcome.latencies().size(),
        number(outcome.perSecond(), 2),
        number(100 * run.fill, 1) + " %",
        millis(all.median()),
        millis(all.quantile(0.95)),
        millis(p95(outcome, SIDES[0])),
        millis(p95(outcome, SIDES[SIDES.length - 1])));
  }

  private static double p95(Arrivals.Outcome outcome, int side) {
    var latencies =
        IntStream.range(0, outcome.tasks().size())
            .filter(i -> outcome.tasks().get(i).shape().height() == side)
            .mapToObj(i -> outcome.latencies().get(i))
            .toList();
    return Figures.of(latencies).quantile(0.95);
  }
}
