package org.deftstream.service;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.deftstream.deft.htransform.HTransform;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.prior.Prior;
import org.deftstream.deft.sampler.SamplerSettings;
import org.deftstream.deft.task.Task;
import org.deftstream.service.control.ServedTasks;
import org.deftstream.service.control.ServingMethod;
import org.deftstream.service.control.TaskRegistry;
import org.deftstream.service.control.UnknownAdapterException;
import org.deftstream.service.control.UnknownTaskException;

/** One small task, served training-free on the closed-form prior. */
public final class SmallTasks implements ServedTasks {
  /** Shape of the images. */
  public static final ImageShape SHAPE = new ImageShape(8, 8, 1);

  /** The one task. */
  public static final String TASK = "small/inpaint";

  static final int SAMPLES = 2;

  private static final String DEFINITION =
      """
      {"name": "small/inpaint", "prior": "small",
       "operator": {"kind": "inpainting", "noise": {"type": "gaussian", "sigma": 0.05},
                    "mask": {"type": "random", "leastHidden": 0.3, "mostHidden": 0.6}},
       "trainingFree": {"method": "diffpir", "parameters": {"lambda": 8},
         "sampler": {"steps": 8, "grid": "quadratic", "noise": "zeta", "noiseLevel": 0.3, "samples": 2}},
       "learned": {"sampler": {"steps": 8, "grid": "uniform", "noise": "eta", "noiseLevel": 1,
                               "samples": 2}}}
      """;

  private final Task task = task();
  private final Prior prior;
  private final HTransform hTransform;

  /** Tasks on a prior that takes a time for each call. */
  public SmallTasks(Duration callTime) {
    this(new ClosedFormPrior(SHAPE, callTime));
  }

  /** Tasks on a prior. */
  public SmallTasks(Prior prior) {
    this.prior = prior;
    hTransform = task.trainingFree().hTransform(prior);
  }

  @Override
  public TaskRegistry registry() {
    return (name, measurementId, pinned) -> {
      if (!name.equals(TASK)) {
        throw new UnknownTaskException(name, List.of(TASK));
      }
      if (pinned.isPresent()) {
        throw new UnknownAdapterException(name, pinned.get(), List.of());
      }
      return new Lease();
    };
  }

  @Override
  public boolean awaitReady(Duration wait) {
    return true;
  }

  @Override
  public void close() {}

  private final class Lease implements ServingMethod {
    @Override
    public Task task() {
      return task;
    }

    @Override
    public Prior prior() {
      return prior;
    }

    @Override
    public HTransform hTransform() {
      return hTransform;
    }

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

  /** The task itself. */
  public static Task task() {
    return Task.parse(DEFINITION, name -> SHAPE);
  }
}
