package org.deftstream.service.topology;

import java.util.Optional;
import org.deftstream.deft.htransform.HTransform;
import org.deftstream.deft.prior.Prior;
import org.deftstream.deft.sampler.SamplerSettings;
import org.deftstream.deft.task.Task;
import org.deftstream.service.control.ServingMethod;

/** A task that is served by some method. */
record Serving(Task task, Prior prior, HTransform hTransform) implements ServingMethod {
  @Override
  public SamplerSettings sampler() {
    return task.trainingFree().sampler();
  }

  @Override
  public String method() {
    return hTransform.method();
  }

  @Override
  public Optional<String> adapterId() {
    return Optional.empty();
  }

  @Override
  public void close() {}
}
