package org.deftstream.tests.faults;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.deftstream.deft.engine.Engine;
import org.deftstream.deft.engine.EngineSettings;
import org.deftstream.deft.engine.ReconstructionRequest;
import org.deftstream.deft.htransform.HTransform;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.operator.BoundMeasurement;
import org.deftstream.deft.prior.Prior;
import org.deftstream.deft.sampler.SamplerSettings;
import org.deftstream.deft.schedule.NoiseSchedule;
import org.deftstream.deft.task.Task;
import org.deftstream.schemas.Tensors;
import org.deftstream.schemas.avro.Measurement;
import org.deftstream.service.control.ServedTasks;
import org.deftstream.service.control.ServingMethod;
import org.deftstream.service.control.TaskRegistry;
import org.deftstream.service.control.UnknownTaskException;

/** One small task on a prior in closed form, so that faults and not networks take the time. */
final class FaultModel implements ServedTasks {
  static final String TASK = "small/inpaint";
  private static final int SIDE = 8;
  private static final ImageShape SHAPE = new ImageShape(SIDE, SIDE, 1);
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

  private final Task task = Task.parse(DEFINITION, name -> SHAPE);
  private final Prior prior;
  private final HTransform hTransform;

  /** The task on a prior that takes a time for each call. */
  FaultModel(Duration callTime) {
    prior = new ClosedForm(callTime);
    hTransform = task.trainingFree().hTransform(prior);
  }

  /** A measurement that is a function of its id. */
  static Measurement measurement(String id) {
    var random = new Random(id.hashCode());
    var values = new float[SIDE * SIDE];
    var mask = new float[SIDE * SIDE];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (random.nextDouble() * 1.6 - 0.8);
      mask[i] = i % 2 == 0 ? 1 : random.nextInt(2);
    }
    return Measurement.newBuilder()
        .setId(id)
        .setTask(TASK)
        .setValues(Tensors.of(values, SIDE, SIDE, 1))
        .setAuxiliary(Map.of("mask", Tensors.of(mask, SIDE, SIDE)))
        .build();
  }

  /** An engine that nothing disturbs, to compare with. To be closed. */
  static Undisturbed undisturbed() {
    return new Undisturbed();
  }

  @Override
  public TaskRegistry registry() {
    return (name, measurementId, pinned) -> {
      if (!name.equals(TASK)) {
        throw new UnknownTaskException(name, List.of(TASK));
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

  /** What an engine alone makes of a measurement. */
  static final class Undisturbed implements AutoCloseable {
    private final Engine engine = new Engine(EngineSettings.of(1));
    private final FaultModel model = new FaultModel(Duration.ZERO);

    /** The image, clamped as it is published. */
    float[] mean(String id) {
      var measurement = measurement(id);
      var operator =
          model
              .task
              .operator()
              .bind(Map.of("mask", Tensors.toFloats(measurement.getAuxiliary().get("mask"))));
      var request =
          new ReconstructionRequest(
              id,
              model.prior,
              model.hTransform,
              BoundMeasurement.of(operator, Tensors.toFloats(measurement.getValues())),
              model.task.trainingFree().sampler(),
              0,
              null);
      float[] mean = engine.submit(request).join().mean();
      for (int i = 0; i < mean.length; i++) {
        mean[i] = Math.max(-1, Math.min(1, mean[i]));
      }
      return mean;
    }

    @Override
    public void close() {
      engine.close();
    }
  }

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

  /** The exact prior of images of independent values x_0 ~ N(m, v). */
  private record ClosedForm(Duration callTime, NoiseSchedule schedule) implements Prior {
    private static final double VARIANCE = 0.1;

    ClosedForm(Duration callTime) {
      this(callTime, NoiseSchedule.linear(1000, 1e-4, 2e-2));
    }

    @Override
    public String name() {
      return "small";
    }

    @Override
    public String fingerprint() {
      return "closed-form";
    }

    @Override
    public ImageShape imageShape() {
      return SHAPE;
    }

    @Override
    public long parameters() {
      return 2;
    }

    @Override
    public String device() {
      return "closed form";
    }

    @Override
    public float[] predictNoise(float[] xt, int[] timesteps) {
      LockSupport.parkNanos(callTime.toNanos());
      var eps = new float[xt.length];
      int size = SHAPE.size();
      for (int i = 0; i < xt.length; i++) {
        double a = schedule.alphaBar(timesteps[i / size]);
        double mean = (double) (i % size) / size - 0.5;
        double clean = (mean * (1 - a) + VARIANCE * Math.sqrt(a) * xt[i]) / (1 - a + VARIANCE * a);
        eps[i] = (float) ((xt[i] - Math.sqrt(a) * clean) / Math.sqrt(1 - a));
      }
      return eps;
    }

    @Override
    public void close() {}
  }
}
