package org.deftstream.cli;

import java.util.Optional;
import org.deftstream.deft.engine.Engine;
import org.deftstream.deft.engine.EngineSettings;
import org.deftstream.deft.engine.Reconstruction;
import org.deftstream.deft.engine.ReconstructionRequest;
import org.deftstream.deft.htransform.DiffPir;
import org.deftstream.deft.operator.BoundMeasurement;
import org.deftstream.deft.prior.Prior;
import org.deftstream.deft.sampler.SamplerSettings;
import org.deftstream.deft.task.Task;
import org.deftstream.deft.tensorflow.OperatorPlace;
import org.deftstream.deft.tensorflow.SessionOptions;
import org.deftstream.deft.tensorflow.TensorFlowBackend;
import org.deftstream.trainer.models.ModelFiles;

/**
 * Whether steps of DiffPIR that are composed on the device come to the same image as those of the
 * host, and how long both take. Used by one thread.
 */
final class DoctorSteps {
  /** Root mean square over a whole trajectory, of images in [-1, 1], in closed form. */
  private static final double CLOSED_FORM = 1e-4;

  /** The same by conjugate gradients, which end where rounding decides. */
  private static final double ITERATED = 5e-3;

  private static final int STEPS = 8;
  private final ModelFiles models;
  private final SessionOptions options;

  DoctorSteps(ModelFiles models, SessionOptions options) {
    this.models = models;
    this.options = options;
  }

  /** What a trajectory came to, and seconds of a step of the batch. */
  private record Taken(Reconstruction answer, double seconds) {}

  /** Looks at every task of a prior whose steps can be composed. */
  void look(DoctorFindings findings, String name, int batch) {
    var host = options.withOperators(OperatorPlace.HOST);
    var graph = options.withOperators(OperatorPlace.GRAPH);
    try (var onHost = TensorFlowBackend.start(host).openPrior(models.prior(name));
        var composed = TensorFlowBackend.start(graph).openPrior(models.prior(name))) {
      for (var task : models.tasks()) {
        if (task.prior().equals(name)) {
          look(findings, task, onHost, composed, batch);
        }
      }
    }
  }

  private static void look(
      DoctorFindings findings, Task task, Prior onHost, Prior composed, int batch) {
    var measurement = SimulatedRecord.of(task);
    var steps =
        composed
            .composedSteps()
            .flatMap(all -> all.group(measurement.operator(), Optional.empty()));
    var found = steps.isEmpty() ? Optional.<Taken>empty() : composed(measurement, composed, batch);
    if (found.isEmpty()) {
      return; // The present way is the only one.
    }
    var right = trajectory(measurement, onHost, batch);
    double squares = 0;
    float[] mean = found.get().answer().mean();
    for (int i = 0; i < mean.length; i++) {
      squares += Math.pow((double) mean[i] - right.answer().mean()[i], 2);
    }
    double error = Math.sqrt(squares / mean.length);
    boolean iterated = measurement.operator().proximalForm().orElseThrow().iterated();
    double tolerance = iterated ? ITERATED : CLOSED_FORM;
    String text =
        "%d composed steps %.1e from the host's (held to %.0e); %.2f ms against %.2f an image"
            .formatted(
                STEPS,
                error,
                tolerance,
                1e3 * found.get().seconds() / batch,
                1e3 * right.seconds() / batch);
    if (error <= tolerance) {
      findings.good("steps " + task.name(), text);
    } else {
      findings.wrong("steps " + task.name(), text + "; leave engine.operators at host");
    }
  }

  private static Optional<Taken> composed(BoundMeasurement measurement, Prior prior, int batch) {
    var taken = trajectory(measurement, prior, batch);
    return taken.answer().device().endsWith(", composed") ? Optional.of(taken) : Optional.empty();
  }

  /** Of the second of two requests; the first one compiles. */
  private static Taken trajectory(BoundMeasurement measurement, Prior prior, int batch) {
    var sampler =
        new SamplerSettings(
            STEPS, SamplerSettings.TimeGrid.QUADRATIC, SamplerSettings.NoiseRule.ZETA, 1, batch);
    try (var engine = new Engine(EngineSettings.of(batch))) {
      var request =
          new ReconstructionRequest("doctor", prior, new DiffPir(1), measurement, sampler, 0, null);
      engine.submit(request).join();
      long begun = System.nanoTime();
      var answer = engine.submit(request).join();
      return new Taken(answer, (System.nanoTime() - begun) / 1e9 / STEPS);
    }
  }
}
