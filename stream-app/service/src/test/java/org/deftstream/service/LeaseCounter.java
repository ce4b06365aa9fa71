package org.deftstream.service;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.deftstream.deft.htransform.HTransform;
import org.deftstream.deft.prior.Prior;
import org.deftstream.deft.sampler.SamplerSettings;
import org.deftstream.deft.task.Task;
import org.deftstream.service.control.ServingMethod;
import org.deftstream.service.control.TaskRegistry;

/** Counts the leases that are out. */
public final class LeaseCounter implements TaskRegistry {
  private final TaskRegistry tasks;
  private final AtomicInteger open = new AtomicInteger();
  private volatile Optional<Boolean> outOfRange = Optional.empty();
  private volatile Optional<Double> deviationFactor = Optional.empty();

  /** Counts the leases of a registry. */
  public LeaseCounter(TaskRegistry tasks) {
    this.tasks = tasks;
  }

  /** From now on every residual is outside the adapter's range, or inside. */
  public void outOfRange(boolean outside) {
    outOfRange = Optional.of(outside);
  }

  /** From now on every adapter states a factor on the samples' standard deviation. */
  public void deviationFactor(double factor) {
    deviationFactor = Optional.of(factor);
  }

  /** Leases that were not given back. */
  public int open() {
    return open.get();
  }

  @Override
  public ServingMethod acquire(String task, String measurementId, Optional<String> pinned) {
    var lease = tasks.acquire(task, measurementId, pinned);
    open.incrementAndGet();
    return new Counted(lease);
  }

  private final class Counted implements ServingMethod {
    private final ServingMethod lease;
    private final AtomicBoolean closed = new AtomicBoolean();

    private Counted(ServingMethod lease) {
      this.lease = lease;
    }

    @Override
    public Task task() {
      return lease.task();
    }

    @Override
    public Prior prior() {
      return lease.prior();
    }

    @Override
    public HTransform hTransform() {
      return lease.hTransform();
    }

    @Override
    public SamplerSettings sampler() {
      return lease.sampler();
    }

    @Override
    public String method() {
      return lease.method();
    }

    @Override
    public Optional<String> adapterId() {
      return lease.adapterId();
    }

    @Override
    public Optional<Boolean> outOfRange(double residual) {
      return outOfRange;
    }

    @Override
    public Optional<Double> deviationFactor() {
      return deviationFactor;
    }

    @Override
    public void close() {
      if (closed.compareAndSet(false, true)) {
        open.decrementAndGet();
      }
    }
  }
}
