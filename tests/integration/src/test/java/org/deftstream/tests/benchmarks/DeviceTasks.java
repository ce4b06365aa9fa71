package org.deftstream.tests.benchmarks;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.deftstream.deft.htransform.HTransform;
import org.deftstream.deft.prior.Prior;
import org.deftstream.deft.sampler.SamplerSettings;
import org.deftstream.deft.task.Task;
import org.deftstream.service.control.ServedTasks;
import org.deftstream.service.control.ServingMethod;
import org.deftstream.service.control.TaskRegistry;
import org.deftstream.service.control.UnknownTaskException;

/** Serves one {@link DeviceTask}, training-free. */
record DeviceTasks(DeviceTask served) implements ServedTasks {
  @Override
  public TaskRegistry registry() {
    return (name, measurementId, pinned) -> {
      if (!name.equals(served.task().name())) {
        throw new UnknownTaskException(name, List.of(served.task().name()));
      }
      return new Lease(served);
    };
  }

  @Override
  public boolean awaitReady(Duration wait) {
    return true;
  }

  @Override
  public void close() {}

  private record Lease(DeviceTask served) implements ServingMethod {
    @Override
    public Task task() {
      return served.task();
    }

    @Override
    public Prior prior() {
      return served.prior();
    }

    @Override
    public HTransform hTransform() {
      return served.hTransform();
    }

    @Override
    public SamplerSettings sampler() {
      return served.sampler();
    }

    @Override
    public String method() {
      return served.hTransform().method();
    }

    @Override
    public Optional<String> adapterId() {
      return Optional.empty();
    }

    @Override
    public void close() {}
  }
}
