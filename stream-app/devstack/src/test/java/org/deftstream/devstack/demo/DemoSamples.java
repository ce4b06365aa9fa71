package org.deftstream.devstack.demo;

import java.time.Instant;
import java.util.List;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.task.Task;
import org.deftstream.schemas.Tensors;
import org.deftstream.schemas.avro.Provenance;
import org.deftstream.schemas.avro.Reconstruction;

/** Small tasks and answers for the tests. */
final class DemoSamples {
  private static final String METHODS =
      """
      "trainingFree": {"method": "diffpir", "parameters": {"lambda": 8},
        "sampler": {"steps": 10, "grid": "quadratic", "noise": "zeta", "noiseLevel": 0.3, "samples": 1}},
      "learned": {"sampler":
        {"steps": 10, "grid": "quadratic", "noise": "eta", "noiseLevel": 1, "samples": 4}}}
      """;

  private DemoSamples() {}

  static Scenario ct() {
    return Scenario.ct(
        Task.parse(
            """
            {"name": "head-ct-64/ct-sparse-20", "prior": "head-ct-64",
             "operator": {"kind": "ct-parallel", "views": 20, "detectorBins": 95,
               "noise": {"type": "gaussian", "sigma": 0.2}},
            """
                + METHODS,
            prior -> new ImageShape(64, 64, 1)));
  }

  static Scenario inpainting() {
    return Scenario.inpainting(
        Task.parse(
            """
            {"name": "fashion-32/inpaint", "prior": "fashion-32",
             "operator": {"kind": "inpainting",
               "mask": {"type": "free-form", "leastHidden": 0.2, "mostHidden": 0.4},
               "noise": {"type": "gaussian", "sigma": 0.02}},
            """
                + METHODS,
            prior -> new ImageShape(32, 32, 1)));
  }

  /** The answer of a method whose samples are off by {@code error} everywhere. */
  static Tally.Answered answer(Subject subject, String adapterId, float error, float deviation) {
    var image = subject.truth().values().clone();
    var spread = new float[image.length];
    for (int i = 0; i < image.length; i++) {
      image[i] += error;
      spread[i] = deviation;
    }
    int[] shape = {subject.truth().height(), subject.truth().width(), 1};
    var reconstruction =
        Reconstruction.newBuilder()
            .setMeasurementId(subject.label())
            .setTask(subject.scenario().task().name())
            .setMean(Tensors.of(image, shape))
            .setStandardDeviation(adapterId == null ? null : Tensors.of(spread, shape))
            .setSamples(adapterId == null ? 1 : 4)
            .setProvenance(provenance(adapterId, 0, 0))
            .build();
    var item = new Feed.Item(subject.label() + ".1", subject, null, false);
    var now = Instant.parse("2026-01-01T00:00:00Z");
    return new Tally.Answered(new Tally.Sent(item, now), reconstruction, now.plusSeconds(2));
  }

  static Provenance provenance(String adapterId, int partition, long offset) {
    return Provenance.newBuilder()
        .setMethod(adapterId == null ? "diffpir" : "deft")
        .setAdapterId(adapterId)
        .setPrior("head-ct-64")
        .setPriorFingerprint("00")
        .setOperatorFingerprint("11")
        .setSampler("ddim")
        .setSteps(10)
        .setSeed(7)
        .setSourceTopic("measurements")
        .setSourcePartition(partition)
        .setSourceOffset(offset)
        .build();
  }

  static List<Subject> subjects(Scenario scenario, int count) {
    return scenario.measure(count, 1);
  }
}
