package org.deftstream.service.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.deftstream.deft.engine.Reconstruction;
import org.deftstream.service.control.ServingMethod;
import org.deftstream.service.topology.ReconstructionListener;

/** Times and residuals of reconstructions by task and method. Thread-safe. */
final class WorkMetrics implements ReconstructionListener {
  private static final Duration[] TIMES =
      Stream.of(5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000, 120_000)
          .map(Duration::ofMillis)
          .toArray(Duration[]::new);

  /** About 1 is what noise alone explains. */
  private static final double[] RESIDUALS = {0.5, 0.8, 0.9, 1, 1.1, 1.2, 1.5, 2, 3, 5, 10};

  private record Kind(String task, String method) {}

  private record Meters(Timer queue, Timer compute, DistributionSummary residual) {}

  private final MeterRegistry registry;
  private final Map<Kind, Meters> meters = new ConcurrentHashMap<>();

  WorkMetrics(MeterRegistry registry) {
    this.registry = registry;
  }

  @Override
  public void reconstructed(ServingMethod method, Reconstruction result) {
    var kind = new Kind(method.task().name(), method.method());
    var found = meters.computeIfAbsent(kind, this::meters);
    found.queue.record(result.queueTime());
    found.compute.record(result.computeTime());
    if (Double.isFinite(result.residual())) {
      found.residual.record(result.residual());
    }
    method
        .outOfRange(result.residual())
        .ifPresent(
            outside -> {
              counter("checked", "Results whose adapter states a range", method).increment();
              // There, and 0, from the first result that could have been outside.
              counter("outside", "Those whose residual lies outside of it", method)
                  .increment(outside ? 1 : 0);
            });
  }

  private Counter counter(String name, String description, ServingMethod method) {
    return Counter.builder("deftstream.residual." + name)
        .description(description)
        .tags("task", method.task().name(), "adapter", method.adapterId().orElse(""))
        .register(registry);
  }

  private Meters meters(Kind kind) {
    return new Meters(
        timer("deftstream.queue.time", "From admission to the engine to the first step", kind),
        timer("deftstream.compute.time", "From the first step to the result", kind),
        DistributionSummary.builder("deftstream.residual")
            .description("Data consistency in units of the noise; about 1 is noise alone")
            .tags("task", kind.task, "method", kind.method)
            .serviceLevelObjectives(RESIDUALS)
            .register(registry));
  }

  private Timer timer(String name, String description, Kind kind) {
    return Timer.builder(name)
        .description(description)
        .tags("task", kind.task, "method", kind.method)
        .serviceLevelObjectives(TIMES)
        .register(registry);
  }
}
