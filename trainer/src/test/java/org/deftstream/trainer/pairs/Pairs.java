package org.deftstream.trainer.pairs;

import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.task.Task;
import org.deftstream.schemas.Tensors;
import org.deftstream.schemas.avro.LabelledPair;

/** A small task and pairs for it. */
public final class Pairs {
  private static final ImageShape SHAPE = new ImageShape(4, 4, 1);

  private Pairs() {}

  /** Inpainting of 4 x 4 images: a mask with every record. */
  public static Task task() {
    return task(0.05);
  }

  /** The same with another noise. */
  public static Task task(double sigma) {
    return Task.parse(
        """
        {"name": "small/inpaint", "prior": "small",
         "operator": {"kind": "inpainting",
           "mask": {"type": "free-form", "leastHidden": 0.2, "mostHidden": 0.4},
           "noise": {"type": "gaussian", "sigma": %s}},
         "trainingFree": {"method": "diffpir", "parameters": {"lambda": 4},
           "sampler": {"steps": 4, "noiseLevel": 0.8}},
         "learned": {"sampler": {"steps": 4, "noiseLevel": 0.8}}}
        """
            .formatted(sigma),
        prior -> SHAPE);
  }

  /** MRI of 4 x 4 images, whose records may bring a mask. */
  static Task scans() {
    return Task.parse(
        """
        {"name": "small/mri", "prior": "small",
         "operator": {"kind": "mri-cartesian", "lines": [-1, 0],
           "noise": {"type": "gaussian", "sigma": 0.05}},
         "trainingFree": {"method": "diffpir", "parameters": {"lambda": 4},
           "sampler": {"steps": 4, "noiseLevel": 0.8}},
         "learned": {"sampler": {"steps": 4, "noiseLevel": 0.8}}}
        """,
        prior -> SHAPE);
  }

  /** A pair of that with a measurement, and a mask of three columns where it brings one. */
  static Pair scan(String id, boolean masked) {
    var auxiliary = new java.util.HashMap<String, float[]>();
    if (masked) {
      auxiliary.put("mask", new float[] {1, 0, 1, 1, 1, 0, 1, 1, 1, 0, 1, 1, 1, 0, 1, 1});
    }
    float[] truth = truth(id.hashCode());
    float[] y = scans().operator().bind(auxiliary).measure(truth);
    return new Pair(id, Optional.empty(), scans().name(), truth, Optional.of(y), auxiliary);
  }

  /** An image of its own for every seed. */
  public static float[] truth(long seed) {
    var random = new SplittableRandom(seed);
    var image = new float[SHAPE.size()];
    for (int i = 0; i < image.length; i++) {
      image[i] = (float) (2 * random.nextDouble() - 1);
    }
    return image;
  }

  /** A pair with a truth alone. */
  public static Pair simulated(String id, String series) {
    return new Pair(
        id,
        Optional.ofNullable(series),
        task().name(),
        truth(id.hashCode()),
        Optional.empty(),
        Map.of());
  }

  /** A pair with a measurement. */
  public static Pair measured(String id) {
    var random = new SplittableRandom(id.hashCode());
    var operator = task().operator();
    var auxiliary = operator.drawAuxiliary(random);
    float[] truth = truth(id.hashCode());
    float[] y = operator.bind(auxiliary).simulate(truth, random);
    return new Pair(id, Optional.empty(), task().name(), truth, Optional.of(y), auxiliary);
  }

  /** The same as a record. */
  static LabelledPair record(Pair pair) {
    return record(pair, task());
  }

  /** A pair of a task as a record. */
  static LabelledPair record(Pair pair, Task task) {
    var builder =
        LabelledPair.newBuilder()
            .setId(pair.id())
            .setTask(pair.task())
            .setSeries(pair.series().orElse(null))
            .setTruth(Tensors.of(pair.truth(), 4, 4, 1));
    var operator = task.operator();
    int[] shape = operator.measurementShape(pair.auxiliary().keySet());
    pair.measurement().ifPresent(y -> builder.setMeasurement(Tensors.of(y, shape)));
    var shapes = new java.util.HashMap<>(operator.optionalShapes());
    shapes.putAll(operator.auxiliaryShapes());
    var auxiliary = new java.util.HashMap<String, org.deftstream.schemas.avro.Tensor>();
    pair.auxiliary()
        .forEach((name, values) -> auxiliary.put(name, Tensors.of(values, shapes.get(name))));
    return builder.setAuxiliary(auxiliary).build();
  }
}
