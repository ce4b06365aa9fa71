package org.deftstream.service.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.MultiGauge.Row;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.apache.kafka.common.TopicPartition;
import org.deftstream.deft.engine.Engine;
import org.deftstream.deft.engine.EngineStatistics;
import org.deftstream.service.control.ControlCounts;
import org.deftstream.service.control.TaskView;
import org.deftstream.service.ledger.AdmissionController;
import org.deftstream.service.ledger.LedgerStatistics;
import org.deftstream.service.ledger.LedgerStatistics.Counter;
import org.deftstream.service.topology.ReconstructionListener;

/**
 * The metrics of one instance, in Prometheus' format. What is counted elsewhere (ledger, engine,
 * Kafka's clients) is only read here, when somebody asks. Thread-safe; whoever made it closes it.
 */
public final class ServiceMetrics implements AutoCloseable {
  private static final double NANOS = 1e9;

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final WorkMetrics work = new WorkMetrics(registry);
  private final JvmGcMetrics collections = new JvmGcMetrics();
  private final MultiGauge adapters;
  private final MultiGauge lag;
  private final Set<String> reasons = new HashSet<>();
  private volatile LedgerStatistics ledger;
  private volatile Supplier<ControlCounts> control = () -> ControlCounts.NONE;
  private volatile Supplier<? extends Collection<TaskView>> tasks = List::of;
  private volatile Supplier<Map<TopicPartition, Long>> waiting = Map::of;

  /** Metrics of the JVM alone; the service's parts are added as they are opened. */
  public ServiceMetrics() {
    adapters =
        MultiGauge.builder("deftstream.adapter.serving")
            .description("Share of a task's measurements that an adapter or a method serves")
            .register(registry);
    lag =
        MultiGauge.builder("deftstream.consumer.lag")
            .description("Measurements of a partition that wait: its end less what was committed")
            .register(registry);
    Gauge.builder("deftstream.build.info", () -> 1)
        .description("What runs: 1, with the version")
        .tag("version", version())
        .register(registry);
    FunctionCounter.builder("deftstream.adapters.refused", this, m -> m.control.get().refused())
        .description(
            "Adapters and states of tasks that were refused, rolled back canaries included")
        .register(registry);
    FunctionCounter.builder(
            "deftstream.canaries.rolled.back", this, m -> m.control.get().rolledBack())
        .description("Canaries that the serve-time guard has rolled back")
        .register(registry);
    new ClassLoaderMetrics().bindTo(registry);
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    new FileDescriptorMetrics().bindTo(registry);
    new UptimeMetrics().bindTo(registry);
    collections.bindTo(registry);
  }

  private static String version() {
    var built = ServiceMetrics.class.getPackage().getImplementationVersion();
    return built == null ? "not packaged" : built;
  }

  /** To be told of reconstructions. */
  public ReconstructionListener listener() {
    return work;
  }

  /** Adds the engine's figures. */
  public void watch(Engine engine) {
    counter(engine, "steps", "Steps, each one batch of one prior", EngineStatistics::steps);
    counter(
        engine,
        "evaluations",
        "Evaluations of the prior: trajectories times steps",
        EngineStatistics::evaluations);
    counter(
        engine,
        "padded.rows",
        "Rows that only filled a batch up to an allowed size",
        EngineStatistics::paddedRows);
    counter(
        engine,
        "retried.rows",
        "Rows given to the prior again after a failed batch",
        EngineStatistics::retriedRows);
    gauge(
        engine,
        "batch.fill.ratio",
        "Part of the batch limit that a mean batch has filled since the start",
        EngineStatistics::batchFill);
    gauge(engine, "batch.limit", "Most rows of a batch now", EngineStatistics::maxBatch);
    gauge(
        engine,
        "trajectories.in.flight",
        "Trajectories that have begun and are not finished",
        EngineStatistics::trajectoriesInFlight);
    gauge(
        engine,
        "trajectories.waiting",
        "Trajectories of accepted measurements that have not begun",
        EngineStatistics::trajectoriesWaiting);
    seconds(engine, "busy", "Time spent in steps", EngineStatistics::busyTime);
    seconds(engine, "prior", "Part of it in the prior", EngineStatistics::priorTime);
    seconds(engine, "htransform", "Part of it in h-transforms", EngineStatistics::hTransformTime);
  }

  private void counter(
      Engine engine, String name, String description, ToDoubleFunction<EngineStatistics> value) {
    FunctionCounter.builder(
            "deftstream.engine." + name, engine, e -> value.applyAsDouble(e.statistics()))
        .description(description)
        .register(registry);
  }

  private void gauge(
      Engine engine, String name, String description, ToDoubleFunction<EngineStatistics> value) {
    Gauge.builder("deftstream.engine." + name, engine, e -> value.applyAsDouble(e.statistics()))
        .description(description)
        .strongReference(true)
        .register(registry);
  }

  private void seconds(
      Engine engine, String name, String description, Function<EngineStatistics, Duration> time) {
    FunctionCounter.builder(
            "deftstream.engine." + name + ".seconds",
            engine,
            e -> time.apply(e.statistics()).toNanos() / NANOS)
        .description(description)
        .register(registry);
  }

  /** Adds what went through the ledgers, and how much of memory's bounds is used. */
  public void watch(LedgerStatistics statistics, AdmissionController admission) {
    ledger = statistics;
    count(statistics, "deftstream.records.in", "Measurements consumed", Counter.CONSUMED);
    count(statistics, "deftstream.records.out", "Reconstructions published", Counter.ANSWERED);
    for (var counter :
        List.of(
            Counter.PARKED,
            Counter.RECOVERED,
            Counter.READ_AGAIN,
            Counter.GONE,
            Counter.CAME_AGAIN,
            Counter.RAN_ALONE)) {
      FunctionCounter.builder("deftstream.ledger.events", statistics, s -> s.get(counter))
          .description("What happened to records besides being answered")
          .tag("event", counter.name().toLowerCase(Locale.ROOT))
          .register(registry);
    }
    Gauge.builder("deftstream.ledger.records", statistics, LedgerStatistics::unanswered)
        .description("Records consumed and not answered yet, parked ones included")
        .strongReference(true)
        .register(registry);
    Gauge.builder("deftstream.admission.records", admission, AdmissionController::working)
        .description("Records that are being worked on")
        .strongReference(true)
        .register(registry);
    Gauge.builder("deftstream.admission.bytes", admission, AdmissionController::admittedBytes)
        .description("Bytes of the budget that records in work have taken")
        .baseUnit("bytes")
        .strongReference(true)
        .register(registry);
    Gauge.builder("deftstream.kept.bytes", admission, AdmissionController::keptBytes)
        .description("Bytes of records and answers that wait to be published in order")
        .baseUnit("bytes")
        .strongReference(true)
        .register(registry);
  }

  private void count(LedgerStatistics statistics, String name, String description, Counter which) {
    FunctionCounter.builder(name, statistics, s -> s.get(which))
        .description(description)
        .register(registry);
  }

  /** Adds which adapter serves which task. */
  public void watchTasks(Supplier<? extends Collection<TaskView>> views) {
    tasks = views;
  }

  /** Adds what went wrong with adapters. */
  public void watchControl(Supplier<ControlCounts> counts) {
    control = counts;
  }

  /** Adds how many measurements wait, by partition; a partition that is not known is left out. */
  public void watchLag(Supplier<Map<TopicPartition, Long>> lag) {
    waiting = lag;
  }

  /** Adds a state that is true or false, as 1 or 0. */
  public void watchState(String name, String description, BooleanSupplier state) {
    Gauge.builder("deftstream." + name, state, s -> s.getAsBoolean() ? 1 : 0)
        .description(description)
        .strongReference(true)
        .register(registry);
  }

  /** All metrics as they stand, in Prometheus' text format. */
  public synchronized String scrape() {
    var statistics = ledger;
    if (statistics != null) {
      // Reasons are known when they have occurred.
      statistics.deadLetters().keySet().stream()
          .filter(reasons::add)
          .forEach(
              reason ->
                  FunctionCounter.builder(
                          "deftstream.dead.letters",
                          statistics,
                          s -> s.deadLetters().getOrDefault(reason, 0L))
                      .description("Dead letters by the class of the error")
                      .tag("reason", reason)
                      .register(registry));
    }
    adapters.register(ServingRows.of(tasks.get()), true);
    lag.register(lagRows(), true);
    return registry.scrape();
  }

  private List<Row<?>> lagRows() {
    var rows = new ArrayList<Row<?>>();
    waiting
        .get()
        .forEach(
            (each, records) ->
                rows.add(
                    Row.of(
                        Tags.of(
                            "topic", each.topic(), "partition", String.valueOf(each.partition())),
                        records)));
    return rows;
  }

  @Override
  public void close() {
    collections.close();
    registry.close();
  }
}
