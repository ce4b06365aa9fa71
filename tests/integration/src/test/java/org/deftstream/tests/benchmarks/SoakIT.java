package org.deftstream.tests.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.deftstream.tests.benchmarks.Table.change;
import static org.deftstream.tests.benchmarks.Table.mebibytes;
import static org.deftstream.tests.benchmarks.Table.number;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.deftstream.tests.platform.EmbeddedPlatform;
import org.deftstream.tests.platform.Installation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * A service works near its capacity for a long time: the lag is bounded, heap and native memory do
 * not grow. {@code -Ddeftstream.benchmarks.soak.seconds} sets how long, {@code
 * .soak.capacity.seconds} how long the capacity is measured.
 */
@Timeout(value = 6, unit = TimeUnit.HOURS)
@EnabledIfSystemProperty(named = Form.PROPERTY, matches = "short|long")
class SoakIT {
  private static final Duration TIME = Form.seconds("soak.seconds", 20, 3_600);
  private static final Duration CAPACITY = Form.seconds("soak.capacity.seconds", 5, 120);
  private static final double LOAD = 0.9;
  private static final int BACKLOG = Form.number("backlog", 16, 64);
  private static final int SAMPLES = 720;

  private static final double FLAT = 0.05;

  private static final int LAG = 2;
  private static final int HEAP = 3;
  private static final int RESIDENT = 4;

  @TempDir static Path directory;

  private final TimeSeries series =
      new TimeSeries(
          "time (s)", "answers/s", "lag (records)", "heap in use (MiB)", "resident (MiB)");

  @Test
  void shouldHoldOutNearItsCapacity() throws Exception {
    try (var platform = EmbeddedPlatform.start(directory);
        var installation = new Installation(platform, "soak", 2);
        var load = new Load(platform, installation, "m-");
        var service = new ServedModels(platform, installation.settings(), directory)) {
      load.saturate(BACKLOG, CAPACITY);
      double capacity = load.saturate(BACKLOG, CAPACITY).perSecond();
      load.drain();
      var sampler = new Sampler(load, service);
      load.pace(LOAD * capacity, sampler::goesOn, sampler::sample);
      load.drain();
      report(load, capacity);
    }
  }

  private final class Sampler {
    private final long start = System.nanoTime();
    private final long every = Math.max(TIME.toNanos() / SAMPLES, 500_000_000);
    private final Load load;
    private final ServedModels service;
    private final int before;
    private long next = start;
    private int answered;

    Sampler(Load load, ServedModels service) {
      this.load = load;
      this.service = service;
      before = load.sent();
    }

    boolean goesOn() {
      return System.nanoTime() - start < TIME.toNanos();
    }

    void sample() {
      long now = System.nanoTime();
      if (now < next) {
        return;
      }
      int answers = load.sent() - before - load.open();
      double mib = 1 << 20;
      series.add(
          (now - start) / 1e9,
          (answers - answered) / ((now - next + every) / 1e9),
          load.open(),
          service.heapBytes() / mib,
          service.residentBytes() / mib);
      answered = answers;
      next = now + every;
    }
  }

  private void report(Load load, double capacity) throws Exception {
    Files.writeString(Section.file("soak.csv"), series.csv());
    Files.writeString(Section.file("soak.svg"), series.svg());
    double mostLag = Figures.of(series.column(LAG, 0, 1)).largest();
    // Garbage comes and goes: what stays is the least that was in use over a fifth of the time.
    double heapBefore = Figures.of(series.column(HEAP, 0.2, 0.4)).smallest() * (1 << 20);
    double heapAfter = Figures.of(series.column(HEAP, 0.8, 1)).smallest() * (1 << 20);
    double before = Figures.of(series.column(RESIDENT, 0.1, 0.2)).median() * (1 << 20);
    double after = Figures.of(series.column(RESIDENT, 0.9, 1)).median() * (1 << 20);
    var table =
        new Table(
            "time",
            "capacity, records/s",
            "load",
            "records",
            "lost",
            "duplicated",
            "dead letters",
            "largest lag, records",
            "in seconds of load",
            "heap that stays, second fifth",
            "last fifth",
            "resident, second tenth",
            "last tenth",
            "change");
    table.row(
        number(TIME.toSeconds() / 60.0, 1) + " min",
        number(capacity, 1),
        number(100 * LOAD, 0) + " %",
        load.sent(),
        load.lost(),
        load.duplicates(),
        load.deadLetters(),
        number(mostLag, 0),
        number(mostLag / (LOAD * capacity), 1) + " s",
        mebibytes(heapBefore),
        mebibytes(heapAfter),
        mebibytes(before),
        mebibytes(after),
        change(after / before - 1));
    Section.SOAK.publish(
        table.markdown()
            + "\n![Answers, lag, heap and resident set over time](soak.svg)\n\n"
            + "The figures of the plot: [soak.csv](soak.csv).\n");
    assertThat(load.lost()).as("lost").isZero();
    assertThat(load.duplicates()).as("answered twice").isZero();
    assertThat(load.deadLetters()).as("dead letters").isZero();
    // On a shared machine more may wait for a while; it has to be caught up with.
    assertThat(Figures.of(series.column(LAG, 0.8, 1)).median())
        .as("lag in the last fifth")
        .isLessThan(BACKLOG);
    if (Form.isLong()) {
      Page.update();
      assertThat(after / before - 1).as("growth of the resident set").isLessThan(FLAT);
      assertThat((heapAfter - heapBefore) / ServedModels.HEAP_BYTES)
          .as("growth of the heap, as a share of its size")
          .isLessThan(FLAT);
    }
  }
}
