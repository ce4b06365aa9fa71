package org.deftstream.tests.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.deftstream.tests.benchmarks.Table.change;
import static org.deftstream.tests.benchmarks.Table.mebibytes;
import static org.deftstream.tests.benchmarks.Table.millis;
import static org.deftstream.tests.benchmarks.Table.number;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.deftstream.tests.platform.EmbeddedPlatform;
import org.deftstream.tests.platform.Installation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * Adapters are swapped under load: no record lost, none answered by an error, no native memory
 * kept. {@code -Ddeftstream.benchmarks.swaps} sets how many, {@code .swaps.seconds} how long the
 * capacity and the latency without swaps are measured.
 */
@Timeout(value = 6, unit = TimeUnit.HOURS)
@EnabledIfSystemProperty(named = Form.PROPERTY, matches = "short|long")
class SwapsIT {
  private static final int SWAPS = Form.number("swaps", 6, 1_000);
  private static final Duration MEASURED = Form.seconds("swaps.seconds", 5, 60);
  private static final Duration PAUSE = Duration.ofMillis(Form.number("swaps.pause.ms", 0, 0));
  private static final int BACKLOG = Form.number("backlog", 16, 64);
  private static final double LOAD = 0.5;

  /** After so many swaps, of a thousand, memory is to be flat. */
  private static final int SETTLED = Math.max(1, SWAPS / 10);

  private static final double FLAT = 0.05;

  @TempDir static Path directory;

  @Test
  void shouldSwapUnderLoad() throws Exception {
    try (var platform = EmbeddedPlatform.start(directory);
        var installation = new Installation(platform, "swaps", 2);
        var load = new Load(platform, installation, "m-");
        var swaps = new Swaps(platform, installation.topics());
        var service = new ServedModels(platform, installation.settings(), directory)) {
      // With an adapter from the beginning: without one, fewer samples are drawn.
      swaps.run(1, PAUSE, service::residentBytes);
      double capacity = capacity(load);
      long end = System.nanoTime() + MEASURED.toNanos();
      var quiet = load.pace(LOAD * capacity, () -> System.nanoTime() < end, () -> {});
      var swapping =
          CompletableFuture.supplyAsync(
              () -> swaps.run(SWAPS, PAUSE, service::residentBytes), SwapsIT::beside);
      var swapped = load.pace(LOAD * capacity, () -> !swapping.isDone(), () -> {});
      load.drain();
      report(load, capacity, quiet, swapped, swapping.join());
    }
  }

  private static void beside(Runnable task) {
    var thread = new Thread(task, "swaps");
    thread.setDaemon(true);
    thread.start();
  }

  /** Measured a second time, when code and caches are warm. */
  private static double capacity(Load load) {
    load.saturate(BACKLOG, MEASURED);
    double capacity = load.saturate(BACKLOG, MEASURED).perSecond();
    load.drain();
    return capacity;
  }

  private static void report(
      Load load, double capacity, Load.Phase quiet, Load.Phase swapped, List<Long> resident)
      throws Exception {
    // Medians over a tenth of the swaps: one sample may catch a network that is being replaced.
    double settled = Figures.of(resident.subList(SETTLED, 2 * SETTLED)).median();
    double last = Figures.of(resident.subList(SWAPS - SETTLED, SWAPS)).median();
    double before = Figures.of(quiet.latencies()).quantile(0.99);
    double during = Figures.of(swapped.latencies()).quantile(0.99);
    var table =
        new Table(
            "swaps",
            "records",
            "records/s",
            "of capacity",
            "lost",
            "duplicated",
            "dead letters",
            "resident, swaps %d to %d".formatted(SETTLED + 1, 2 * SETTLED),
            "the last %d".formatted(SETTLED),
            "change",
            "p99 latency without swaps",
            "with",
            "change");
    table.row(
        SWAPS,
        load.sent(),
        number(LOAD * capacity, 1),
        number(100 * LOAD, 0) + " %",
        load.lost(),
        load.duplicates(),
        load.deadLetters(),
        mebibytes(settled),
        mebibytes(last),
        change(last / settled - 1),
        millis(before),
        millis(during),
        change(during / before - 1));
    Section.SWAPS.publish(table.markdown());
    assertThat(load.lost()).as("lost").isZero();
    assertThat(load.duplicates()).as("answered twice").isZero();
    assertThat(load.deadLetters()).as("dead letters").isZero();
    if (Form.isLong()) {
      Page.update();
      assertThat(last / settled - 1).as("growth of the resident set").isLessThan(FLAT);
    }
  }
}
