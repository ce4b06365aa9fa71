package org.deftstream.service.control;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.deftstream.deft.adapter.DeviationFactor;
import org.deftstream.deft.htransform.HTransform;
import org.deftstream.deft.prior.Prior;
import org.deftstream.deft.sampler.SamplerSettings;
import org.deftstream.deft.task.Task;

/** A lease of {@link TaskTable}; counts as one user of its adapter until it is closed. */
final class MethodLease implements ServingMethod {
  private final Routing routing;
  private final Optional<LoadedAdapter> adapter;
  private final AtomicBoolean closed = new AtomicBoolean();

  /** Takes over a lease that was already counted. */
  MethodLease(Routing routing, Optional<LoadedAdapter> adapter) {
    this.routing = routing;
    this.adapter = adapter;
  }

  @Override
  public Task task() {
    return routing.task();
  }

  @Override
  public Prior prior() {
    return routing.prior();
  }

  @Override
  public HTransform hTransform() {
    return adapter.<HTransform>map(LoadedAdapter::hTransform).orElse(routing.trainingFree());
  }

  @Override
  public SamplerSettings sampler() {
    // What was asked for is asked of what serves; a canary and a pinned adapter have their own.
    return routing
        .sampler()
        .filter(sampler -> adapter.equals(routing.serving()))
        .or(() -> adapter.map(loaded -> loaded.sampler(task())))
        .orElseGet(() -> task().trainingFree().sampler());
  }

  @Override
  public String method() {
    return hTransform().method();
  }

  @Override
  public Optional<String> adapterId() {
    return adapter.map(LoadedAdapter::id);
  }

  @Override
  public void reconstructed(double residual) {
    guard().ifPresent(guard -> guard.reconstructed(residual));
  }

  @Override
  public Optional<Boolean> outOfRange(double residual) {
    return adapter
        .flatMap(loaded -> ResidualRange.of(loaded.manifest().validation(), sampler().describe()))
        .flatMap(range -> range.outside(residual));
  }

  @Override
  public Optional<Double> deviationFactor() {
    return adapter.flatMap(
        loaded -> DeviationFactor.of(loaded.manifest().validation(), sampler().describe()));
  }

  @Override
  public void failed() {
    guard().ifPresent(CanaryGuard::failed);
  }

  /** The guard, if this is a measurement of the canary. */
  private Optional<CanaryGuard> guard() {
    return adapter.isPresent() && adapter.equals(routing.canary())
        ? routing.guard()
        : Optional.empty();
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      adapter.ifPresent(loaded -> loaded.leases().release());
    }
  }
}
