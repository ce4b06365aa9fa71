package org.deftstream.tests.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.deftstream.tests.benchmarks.Table.change;
import static org.deftstream.tests.benchmarks.Table.number;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.tests.browser.Browser;
import org.deftstream.tests.platform.Deadline;
import org.deftstream.tests.platform.EmbeddedPlatform;
import org.deftstream.tests.platform.Platform;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * The live page under load: how long after a commit it shows what was committed, what it takes of
 * the browser's memory, and what it costs the service. {@code -Ddeftstream.benchmarks.page.seconds}
 * sets how long it is looked at, {@code .page.rate} the records per second, {@code
 * .page.turn.seconds} and {@code .page.turns} how often and how long the throughput is measured
 * with and without viewers.
 */
@Timeout(value = 2, unit = TimeUnit.HOURS)
@EnabledIfSystemProperty(named = Form.PROPERTY, matches = "short|long")
class LivePageLoadIT {
  private static final Duration TIME = Form.seconds("page.seconds", 30, 600);
  private static final double RATE = Form.number("page.rate", 50, 50);
  private static final Duration TURN = Form.seconds("page.turn.seconds", 5, 30);
  private static final int TURNS = Form.number("page.turns", 2, 6);
  private static final int VIEWERS = 5;
  private static final int BACKLOG = 128;
  private static final double WANTED_AGE_SECONDS = 1;
  private static final double WANTED_COST = 0.02;

  /** Sixteen rows of four steps: a call of the prior for each step of a record. */
  private static final DeviceTask TASK =
      new DeviceTask(
          "closed-form/inpaint",
          new DevicePrior(new ImageShape(64, 64, 1), Duration.ofMillis(2), Duration.ZERO),
          4,
          4);

  /** Notes when each record appears on the page, by its id, and what the page counts. */
  private static final String WATCH =
      """
      window.shown = [];
      new MutationObserver(changes => changes.forEach(change => change.addedNodes.forEach(node => {
        if (node.dataset && node.dataset.id) window.shown.push([node.dataset.id, Date.now()]);
      }))).observe(document.getElementById('answers'), {childList: true});
      true""";

  @TempDir Path directory;

  @Test
  void shouldKeepUpWithTheStream() throws Exception {
    var program = Browser.installed();
    assumeThat(program.isPresent())
        .as("no browser (Debian's chromium) is installed: the live page is NOT measured")
        .isTrue();
    try (var platform = EmbeddedPlatform.start(directory);
        var stream = new PacedStream(platform, "page", 2, directory.resolve("state"), TASK)) {
      Look look;
      try (var browser = Browser.start(program.get(), directory.resolve("browser"))) {
        look = look(stream, browser);
      }
      var table = new Table("what", "figure");
      report(table, look);
      // Kept, whatever becomes of the rest.
      Section.LIVE_PAGE.keep(table.markdown());
      System.out.println(table.markdown());
      var costs = costs(stream);
      report(table, look, costs);
    }
  }

  /** What was seen of the page: ages in seconds, memory in bytes. */
  private record Look(
      int records,
      double perSecond,
      Figures pictures,
      Figures counters,
      double memoryEarly,
      double memoryLate,
      int nodesEarly,
      int nodesLate) {}

  private static Look look(PacedStream stream, Browser browser) throws Exception {
    browser.look(1280, false);
    browser.open(stream.url() + "/");
    browser.await("document.getElementById('state')?.textContent === 'ready'");
    browser.value(WATCH);
    browser.call("Performance.enable", JsonNodeFactory.instance.objectNode());
    stream.pace(RATE);
    var pictures = new ArrayList<Double>();
    var counters = new ArrayList<Double>();
    var memory = new ArrayList<double[]>();
    long start = System.nanoTime();
    long sampleEvery = Math.max(1_000_000_000L, TIME.toNanos() / 20);
    long nextSample = start + TIME.toNanos() / 10;
    int before = stream.committed();
    while (System.nanoTime() - start < TIME.toNanos()) {
      var seen =
          browser.value(
              "({now: Date.now(), out: Number(document.getElementById('out').textContent),"
                  + " shown: window.shown.splice(0)})");
      double age = stream.secondsSinceMoreThan(seen.path("out").asInt(), seen.path("now").asLong());
      counters.add(age);
      for (var each : seen.path("shown")) {
        stream
            .committedAt(each.path(0).asText())
            .ifPresent(at -> pictures.add((each.path(1).asLong() - at) / 1e3));
      }
      if (System.nanoTime() > nextSample) {
        memory.add(memory(browser));
        nextSample += sampleEvery;
      }
      TimeUnit.MILLISECONDS.sleep(200);
    }
    int records = stream.committed() - before;
    double perSecond = records / ((System.nanoTime() - start) / 1e9);
    stream.rest();
    assertThat(browser.errors()).isEmpty();
    var early = memory.subList(0, Math.max(1, memory.size() / 4));
    var late = memory.subList(memory.size() - early.size(), memory.size());
    return new Look(
        records,
        perSecond,
        Figures.of(pictures),
        Figures.of(counters),
        median(early, 0),
        median(late, 0),
        (int) median(early, 1),
        (int) median(late, 1));
  }

  private static double median(List<double[]> samples, int column) {
    return Figures.of(samples.stream().map(each -> each[column]).toList()).median();
  }

  /** What is left after a collection, and the nodes of the document. */
  private static double[] memory(Browser browser) throws Exception {
    browser.call("HeapProfiler.collectGarbage", JsonNodeFactory.instance.objectNode());
    var metrics =
        browser
            .call("Performance.getMetrics", JsonNodeFactory.instance.objectNode())
            .path("metrics");
    double heap = 0;
    double nodes = 0;
    for (var each : metrics) {
      if (each.path("name").asText().equals("JSHeapUsedSize")) {
        heap = each.path("value").asDouble();
      } else if (each.path("name").asText().equals("Nodes")) {
        nodes = each.path("value").asDouble();
      }
    }
    return new double[] {heap, nodes};
  }

  /** A turn at the capacity: answers per second, and milliseconds of the processor for each. */
  private record Turn(double perSecond, double millis) {
    static Turn of(PacedStream stream) throws InterruptedException {
      double seconds = EventViewers.processorSecondsWithoutViewers();
      int records = stream.committed();
      double perSecond = stream.saturate(BACKLOG, TURN);
      seconds = EventViewers.processorSecondsWithoutViewers() - seconds;
      return new Turn(perSecond, 1e3 * seconds / (stream.committed() - records));
    }
  }

  /** The turns without viewers, and with them. */
  private record Costs(List<Turn> without, List<Turn> with) {}

  private static Costs costs(PacedStream stream) throws Exception {
    var costs = new Costs(new ArrayList<>(), new ArrayList<>());
    stream.saturate(BACKLOG, TURN);
    for (int turn = 0; turn < TURNS; turn++) {
      // The order changes, so that what drifts helps neither.
      for (boolean watched :
          turn % 2 == 0 ? new boolean[] {false, true} : new boolean[] {true, false}) {
        if (watched) {
          try (var viewers = new EventViewers(stream.url() + "/live/events", VIEWERS)) {
            Deadline.await(
                Platform.PATIENCE, () -> "see five viewers", () -> viewers.watching() == VIEWERS);
            costs.with().add(Turn.of(stream));
          }
        } else {
          costs.without().add(Turn.of(stream));
        }
      }
    }
    return costs;
  }

  private static void report(Table table, Look look) {
    table.row("time looked at", TIME.toSeconds() + " s");
    table.row("records committed", look.records());
    table.row("records/s", number(look.perSecond(), 1));
    table.row(
        "pictures shown behind the commit: median, 95 %, most",
        ages(look.pictures()) + " (negative: before)");
    table.row("counters behind the commit: median, 95 %, most", ages(look.counters()));
    table.row(
        "page's memory after a collection, first and last quarter",
        Table.mebibytes(look.memoryEarly())
            + ", "
            + Table.mebibytes(look.memoryLate())
            + " ("
            + change(look.memoryLate() / look.memoryEarly() - 1)
            + ")");
    table.row("nodes of the document", look.nodesEarly() + ", " + look.nodesLate());
  }

  private static void report(Table table, Look look, Costs costs) throws Exception {
    var rates = compared(costs, Turn::perSecond);
    var millis = compared(costs, Turn::millis);
    table.row(
        "capacity without viewers, records/s, %d turns of %d s".formatted(TURNS, TURN.toSeconds()),
        rates.without());
    table.row(
        "with " + VIEWERS + " viewers in the same process, records/s",
        rates.with() + " (" + change(rates.change()) + ")");
    table.row("processor time a record without viewers, ms", millis.without());
    table.row(
        "with them, without what they take themselves, ms",
        millis.with() + " (" + change(millis.change()) + ")");
    Section.LIVE_PAGE.publish(table.markdown());
    assertThat(look.nodesLate()).as("nodes").isLessThan(2 * look.nodesEarly() + 1000);
    if (Form.isLong()) {
      Page.update();
      assertThat(look.counters().quantile(0.95)).isLessThanOrEqualTo(WANTED_AGE_SECONDS);
      assertThat(look.pictures().quantile(0.95)).isLessThanOrEqualTo(WANTED_AGE_SECONDS);
      assertThat(millis.change()).isLessThan(WANTED_COST);
    }
  }

  /** Medians with their spread, and the change of the medians. */
  private record Compared(String without, String with, double change) {}

  private static Compared compared(Costs costs, ToDoubleFunction<Turn> figure) {
    var without = figures(costs.without(), figure);
    var with = figures(costs.with(), figure);
    return new Compared(
        number(without.median(), 1) + " " + spread(without),
        number(with.median(), 1) + " " + spread(with),
        with.median() / without.median() - 1);
  }

  private static Figures figures(List<Turn> turns, ToDoubleFunction<Turn> figure) {
    return Figures.of(turns.stream().map(figure::applyAsDouble).toList());
  }

  private static String ages(Figures ages) {
    return "%s s, %s s, %s s"
        .formatted(
            number(ages.median(), 2), number(ages.quantile(0.95), 2), number(ages.largest(), 2));
  }

  private static String spread(Figures figures) {
    return "(" + number(figures.smallest(), 1) + " to " + number(figures.largest(), 1) + ")";
  }
}
