package org.deftstream.cli;

import java.util.Arrays;
import java.util.Collections;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.deftstream.deft.operator.ProximalPoints;
import org.deftstream.deft.prior.Prior;
import org.deftstream.deft.task.Task;
import org.deftstream.deft.tensorflow.OperatorPlace;
import org.deftstream.deft.tensorflow.SessionOptions;
import org.deftstream.deft.tensorflow.TensorFlowBackend;
import org.deftstream.deft.tensorflow.TensorFlowDevice;
import org.deftstream.trainer.models.ModelFiles;

/** Whether the device's answers are right, and how long it takes for them. */
final class DoctorAnswers {
  /** Of a convolution in float32; TF32 and bfloat16 are beyond it, and said. */
  private static final double FLOAT32 = 1e-5;

  /** Beyond this even bfloat16 is no excuse. */
  private static final double USELESS = 2e-2;

  /** Of a prior's prediction on the device, against float32 on the processor. */
  private static final double TOLERANCE = 1e-3;

  /** The same where products are taken in bfloat16. */
  private static final double BFLOAT16_TOLERANCE = 5e-2;

  /** Of a proximal point as a graph, root mean square, of images in [-1, 1]. */
  private static final double CLOSED_FORM = 1e-4;

  /** The same by conjugate gradients, which end where rounding decides. */
  private static final double ITERATED = 5e-3;

  private static final int RUNS = 3;

  private final ModelFiles models;
  private final SessionOptions options;
  private final TensorFlowBackend backend;

  DoctorAnswers(ModelFiles models, SessionOptions options, TensorFlowBackend backend) {
    this.models = models;
    this.options = options;
    this.backend = backend;
  }

  /** Looks at a convolution, and at every prior that a task uses. */
  void look(DoctorFindings findings, int batch) {
    double error = TensorFlowDevice.convolutionError(options);
    String found = "%.1e of double precision's (float32 is held to %.0e)".formatted(error, FLOAT32);
    if (error <= FLOAT32) {
      findings.good("convolution", found);
    } else if (error <= USELESS) {
      findings.note("convolution", found + ": products are taken in TF32 or bfloat16");
    } else {
      findings.wrong("convolution", found);
    }
    var names = new TreeSet<String>();
    models.tasks().stream().map(Task::prior).forEach(names::add);
    for (var name : names) {
      look(findings, name, batch);
    }
    var graphs = options.withOperators(OperatorPlace.GRAPH);
    for (var name : names) {
      try (var prior = TensorFlowBackend.start(graphs).openPrior(models.prior(name))) {
        models.tasks().stream()
            .filter(task -> task.prior().equals(name))
            .forEach(task -> operator(findings, task, prior, batch));
      }
    }
    var steps = new DoctorSteps(models, options);
    names.forEach(name -> steps.look(findings, name, batch));
  }

  /** Whether the operator's graph answers as the host does, and which of both is faster. */
  private static void operator(DoctorFindings findings, Task task, Prior prior, int batch) {
    var measurement = SimulatedRecord.of(task);
    float[] start = SimulatedRecord.picture(measurement.operator().imageShape());
    double rho = Math.pow(measurement.operator().noiseSigma(), 2);
    var rows = Collections.nCopies(batch, new ProximalPoints.Row(measurement, start, rho));
    var device = prior.proximalDevice().orElseThrow();
    var found = device.solve(rows);
    if (found.isEmpty()) {
      return; // The host is the only way.
    }
    var host = ProximalPoints.of(rows);
    double squares = 0;
    for (int i = 0; i < start.length; i++) {
      squares += Math.pow((double) found.get()[0][i] - host[0][i], 2);
    }
    double error = Math.sqrt(squares / start.length);
    var form = measurement.operator().proximalForm().orElseThrow();
    double tolerance = form.iterated() ? ITERATED : CLOSED_FORM;
    String text =
        "as a graph %.1e from the host (held to %.0e); %.2f ms against %.2f an image"
            .formatted(
                error,
                tolerance,
                1e3 * seconds(() -> device.solve(rows)) / batch,
                1e3 * seconds(() -> ProximalPoints.of(rows)) / batch);
    if (error <= tolerance) {
      findings.good("operator " + task.name(), text);
    } else {
      findings.wrong("operator " + task.name(), text + "; leave engine.operators at host");
    }
  }

  private void look(DoctorFindings findings, String name, int batch) {
    var directory = models.prior(name);
    var exact = new SessionOptions(options.threads(), false).onProcessor();
    try (var prior = backend.openPrior(directory);
        var reference = TensorFlowBackend.start(exact).openPrior(directory)) {
      int size = prior.imageShape().size();
      float[] x = noise(batch * size);
      int[] t = timesteps(prior, batch);
      float[] answer = prior.predictNoise(x, t);
      // One after the other, where nothing depends on the batch.
      double difference = 0;
      double squares = 0;
      for (int i = 0; i < Math.min(2, batch); i++) {
        float[] right =
            reference.predictNoise(
                Arrays.copyOfRange(x, i * size, (i + 1) * size), new int[] {t[i]});
        for (int j = 0; j < size; j++) {
          difference += Math.pow((double) answer[i * size + j] - right[j], 2);
          squares += (double) right[j] * right[j];
        }
      }
      double error = Math.sqrt(difference / squares);
      boolean coarse = options.bfloat16().taken(options.threads());
      double tolerance = coarse ? BFLOAT16_TOLERANCE : TOLERANCE;
      String found =
          "%s, %,d weights on %s: a batch is %.1e from one image at a time in float32 on the processor (held to %.0e)"
              .formatted(prior.imageShape(), prior.parameters(), prior.device(), error, tolerance);
      if (error <= tolerance) {
        findings.good("prior " + name, found);
      } else {
        findings.wrong("prior " + name, found);
      }
      double one = seconds(prior, 1);
      double all = seconds(prior, batch);
      findings.good(
          "  a step",
          "%.2f ms for one image, %.2f ms an image in batches of %d"
              .formatted(1e3 * one, 1e3 * all / batch, batch));
    }
  }

  /** The median of a few steps. */
  static double seconds(Prior prior, int batch) {
    float[] x = noise(batch * prior.imageShape().size());
    int[] t = timesteps(prior, batch);
    return seconds(() -> prior.predictNoise(x, t));
  }

  private static double seconds(Runnable work) {
    work.run();
    var seconds = new double[RUNS];
    for (int i = 0; i < RUNS; i++) {
      long begun = System.nanoTime();
      work.run();
      seconds[i] = (System.nanoTime() - begun) / 1e9;
    }
    Arrays.sort(seconds);
    return seconds[RUNS / 2];
  }

  private static float[] noise(int size) {
    var random = new SplittableRandom(3);
    var values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  private static int[] timesteps(Prior prior, int batch) {
    return new SplittableRandom(5).ints(batch, 0, prior.schedule().steps()).toArray();
  }
}
