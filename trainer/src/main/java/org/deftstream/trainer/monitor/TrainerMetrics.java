package org.deftstream.trainer.monitor;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.MultiGauge.Row;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.deftstream.trainer.serve.TrainerStatus;

/**
 * The trainer's metrics in Prometheus' format, read from its status when somebody asks.
 * Thread-safe; whoever made it closes it.
 */
final class TrainerMetrics implements AutoCloseable {
  private static final Map<String, String> GAUGES =
      Map.ofEntries(
          Map.entry("deftstream.trainer.pairs", "Pairs that are kept, by what they are for"),
          Map.entry("deftstream.trainer.pairs.fresh", "Pairs since the last refresh began"),
          Map.entry("deftstream.trainer.refresh.running", "Number of the refresh that runs, or 0"),
          Map.entry("deftstream.trainer.refresh.next.seconds", "Seconds until the next refresh"),
          Map.entry("deftstream.trainer.progress", "Share of the training's budget used up"),
          Map.entry("deftstream.trainer.step", "Steps of the training"),
          Map.entry("deftstream.trainer.steps.per.second", "Steps of the training per second"),
          Map.entry("deftstream.trainer.loss", "Smoothed loss of the training"),
          Map.entry("deftstream.trainer.validation.loss", "Loss on validation pairs, by time bin"),
          Map.entry("deftstream.trainer.validation.psnr", "PSNR in dB of the last candidate"));

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final Map<String, MultiGauge> gauges = new HashMap<>();
  private final TrainerStatus status;

  TrainerMetrics(TrainerStatus status) {
    this.status = status;
    new JvmMemoryMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    new UptimeMetrics().bindTo(registry);
    FunctionCounter.builder("deftstream.trainer.accepted", status, TrainerStatus::accepted)
        .description("Pairs that were accepted")
        .register(registry);
    FunctionCounter.builder("deftstream.trainer.rejected", status, TrainerStatus::rejected)
        .description("Pairs that became dead letters")
        .register(registry);
    GAUGES.forEach(
        (name, what) ->
            gauges.put(name, MultiGauge.builder(name).description(what).register(registry)));
  }

  /** All metrics in Prometheus' text format. */
  synchronized String scrape() {
    Map<String, List<Row<?>>> rows = new HashMap<>();
    gauges.keySet().forEach(name -> rows.put(name, new ArrayList<>()));
    status.tasks().forEach((task, report) -> rows(rows, Tags.of("task", task), report));
    gauges.forEach((name, gauge) -> gauge.register(rows.get(name), true));
    return registry.scrape();
  }

  private static void rows(
      Map<String, List<Row<?>>> rows, Tags tags, TrainerStatus.TaskReport report) {
    add(rows, "pairs", tags.and("for", "training"), report.training());
    add(rows, "pairs", tags.and("for", "validation"), report.validation());
    add(rows, "pairs.fresh", tags, report.fresh());
    add(
        rows,
        "refresh.running",
        tags,
        report.running().map(TrainerStatus.Running::number).orElse(0));
    report
        .next()
        .ifPresent(
            next ->
                add(
                    rows,
                    "refresh.next.seconds",
                    tags,
                    (double) Math.max(0, Instant.now().until(next, ChronoUnit.SECONDS))));
    report.running().ifPresent(run -> running(rows, tags, run));
    report
        .last()
        .flatMap(TrainerStatus.Last::judgement)
        .filter(judgement -> judgement.has("psnr"))
        .ifPresent(
            judgement -> {
              for (String bound : List.of("psnr", "psnrLow", "psnrHigh")) {
                add(
                    rows,
                    "validation.psnr",
                    tags.and("bound", bound.substring(4).toLowerCase(java.util.Locale.ROOT)),
                    judgement.path(bound).asDouble());
              }
            });
  }

  private static void running(
      Map<String, List<Row<?>>> rows, Tags tags, TrainerStatus.Running run) {
    add(rows, "progress", tags, run.progress());
    add(rows, "step", tags, (double) run.step());
    add(rows, "steps.per.second", tags, run.stepsPerSecond());
    add(rows, "loss", tags, run.loss());
    run.validated()
        .ifPresent(
            measured -> {
              for (int bin = 0; bin < measured.byTime().size(); bin++) {
                add(
                    rows,
                    "validation.loss",
                    tags.and("time", Integer.toString(bin + 1)),
                    measured.byTime().get(bin));
              }
            });
  }

  private static void add(Map<String, List<Row<?>>> rows, String name, Tags tags, double value) {
    rows.get("deftstream.trainer." + name).add(Row.of(tags, value));
  }

  @Override
  public void close() {
    registry.close();
  }
}
