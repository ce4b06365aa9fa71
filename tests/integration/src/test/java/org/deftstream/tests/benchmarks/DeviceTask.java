package org.deftstream.tests.benchmarks;

import java.util.Map;
import java.util.Random;
import org.deftstream.deft.engine.ReconstructionRequest;
import org.deftstream.deft.htransform.HTransform;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.operator.BoundMeasurement;
import org.deftstream.deft.prior.Prior;
import org.deftstream.deft.sampler.SamplerSettings;
import org.deftstream.deft.task.Task;
import org.deftstream.schemas.Tensors;
import org.deftstream.schemas.avro.Measurement;

/**
 * An inpainting task on a closed-form prior, and one measurement of it that is sent under many ids.
 * Immutable and thread-safe.
 */
final class DeviceTask {
  private static final String DEFINITION =
      """
      {"name": "%s", "prior": "closed-form", "image": {"height": %d, "width": %d},
       "operator": {"kind": "inpainting", "noise": {"type": "gaussian", "sigma": 0.05},
                    "mask": {"type": "random", "leastHidden": 0.3, "mostHidden": 0.6}},
       "trainingFree": {"method": "diffpir", "parameters": {"lambda": 8}, "sampler": %s},
       "learned": {"sampler": %s}}
      """;
  private static final String SAMPLER =
      """
      {"steps": %d, "grid": "quadratic", "noise": "zeta", "noiseLevel": 0.3, "samples": %d}""";

  private final Task task;
  private final ImageShape shape;
  private final Prior prior;
  private final HTransform hTransform;
  private final float[] values;
  private final float[] mask;

  /** A task of so many steps and samples, its images one row of the prior. */
  DeviceTask(String name, Prior prior, int steps, int samples) {
    this(name, prior, prior.imageShape(), steps, samples);
  }

  /** A task of images of a shape that the prior's tiling cuts. */
  DeviceTask(String name, Prior prior, ImageShape shape, int steps, int samples) {
    var sampler = SAMPLER.formatted(steps, samples);
    task =
        Task.parse(
            DEFINITION.formatted(name, shape.height(), shape.width(), sampler, sampler),
            any -> prior.imageShape());
    this.shape = shape;
    this.prior = prior;
    hTransform = task.trainingFree().hTransform(prior);
    int size = shape.size();
    values = new float[size];
    mask = new float[size];
    var random = new Random(name.hashCode());
    for (int i = 0; i < size; i++) {
      mask[i] = random.nextInt(2);
      values[i] = mask[i] * (float) (random.nextDouble() * 1.6 - 0.8);
    }
  }

  ImageShape shape() {
    return shape;
  }

  Task task() {
    return task;
  }

  Prior prior() {
    return prior;
  }

  HTransform hTransform() {
    return hTransform;
  }

  SamplerSettings sampler() {
    return task.trainingFree().sampler();
  }

  /** The measurement as a record. */
  Measurement record(String id) {
    return Measurement.newBuilder()
        .setId(id)
        .setTask(task.name())
        .setValues(Tensors.of(values, shape.height(), shape.width(), shape.channels()))
        .setAuxiliary(Map.of("mask", Tensors.of(mask, shape.height(), shape.width())))
        .build();
  }

  /** The measurement as the engine takes it. */
  ReconstructionRequest request(String id) {
    var operator = task.operator().bind(Map.of("mask", mask));
    return new ReconstructionRequest(
        id, prior, hTransform, BoundMeasurement.of(operator, values), sampler(), 0, null);
  }
}
