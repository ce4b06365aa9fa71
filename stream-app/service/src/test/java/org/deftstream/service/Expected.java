package org.deftstream.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.deftstream.deft.engine.Engine;
import org.deftstream.deft.engine.EngineSettings;
import org.deftstream.deft.engine.ReconstructionRequest;
import org.deftstream.deft.operator.BoundMeasurement;
import org.deftstream.schemas.Tensors;
import org.deftstream.schemas.avro.Measurement;
import org.deftstream.schemas.avro.Reconstruction;

/** What an undisturbed engine makes of a measurement. */
final class Expected {
  private Expected() {}

  /** Asserts that every reconstruction is, to the bit, what an engine without a stream computes. */
  static void assertPixels(List<Reconstruction> reconstructions) {
    try (var engine = new Engine(EngineSettings.of(1));
        var tasks = new SmallTasks(Duration.ZERO)) {
      for (var reconstruction : reconstructions) {
        var method =
            tasks.registry().acquire(SmallTasks.TASK, reconstruction.getMeasurementId(), none());
        Measurement measurement = SmallRecords.good(reconstruction.getMeasurementId());
        var operator =
            method
                .operator()
                .bind(
                    java.util.Map.of(
                        "mask", Tensors.toFloats(measurement.getAuxiliary().get("mask"))));
        var bound = BoundMeasurement.of(operator, Tensors.toFloats(measurement.getValues()));
        var expected =
            engine
                .submit(
                    new ReconstructionRequest(
                        measurement.getId(),
                        method.prior(),
                        method.hTransform(),
                        bound,
                        method.sampler(),
                        0,
                        null))
                .join();
        assertThat(Tensors.toFloats(reconstruction.getStandardDeviation()))
            .as(measurement.getId())
            .containsExactly(expected.standardDeviation());
        float[] mean = expected.mean().clone();
        for (int i = 0; i < mean.length; i++) {
          mean[i] = Math.max(-1, Math.min(1, mean[i]));
        }
        assertThat(Tensors.toFloats(reconstruction.getMean()))
            .as(measurement.getId())
            .containsExactly(mean);
      }
    }
  }

  private static Optional<String> none() {
    return Optional.empty();
  }
}
