package org.deftstream.tests.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.deftstream.tests.benchmarks.Table.number;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.deftstream.deft.adapter.AdapterForm;
import org.deftstream.deft.prior.NetworkConfig;
import org.deftstream.deft.tensorflow.SessionOptions;
import org.deftstream.deft.tensorflow.TensorFlowBackend;
import org.deftstream.tests.platform.Measurements;
import org.deftstream.trainer.models.AdapterNetworkFile;
import org.deftstream.trainer.models.ModelFiles;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * Steps per second against PyTorch, if this machine has it (Debian: {@code apt install
 * python3-torch}). {@code -Ddeftstream.benchmarks.speed.steps} sets how many are timed in each
 * turn.
 */
@Timeout(value = 2, unit = TimeUnit.HOURS)
@EnabledIfSystemProperty(named = Form.PROPERTY, matches = "short|long")
class TrainingSpeedIT {
  private static final int STEPS = Form.number("speed.steps", 3, 60);
  private static final int TURNS = Form.number("speed.turns", 1, 3);
  private static final int ROWS = Form.number("speed.rows", 16, 64);
  private static final int THREADS = Form.number("speed.threads", 1, 1);
  private static final int WARM_UP = 3;
  private static final Path SCRIPT = Path.of("src", "test", "python", "adapter_step.py");
  private static final double WANTED = 1.2;

  /** How the script ends where it finds no PyTorch. */
  private static final int NO_PYTORCH = 3;

  private final ModelFiles models = new ModelFiles(Path.of("..", "..", "deft", "models"));
  private final NetworkConfig network =
      AdapterNetworkFile.read(
          models.network(32), models.task(Measurements.TASK), AdapterForm.STANDARD);

  @Test
  void shouldTrainAsFastAsPyTorch() throws Exception {
    var ours = new ArrayList<Double>();
    var bfloat16 = new ArrayList<Double>();
    var theirs = new ArrayList<Double>();
    for (int turn = 0; turn < TURNS; turn++) {
      ours.add(tensorFlow(false));
      bfloat16.add(tensorFlow(true));
      pyTorch().ifPresent(theirs::add);
    }
    var table = new Table("what", "rows", "threads", "steps per second", "against PyTorch");
    double reference = theirs.isEmpty() ? Double.NaN : Figures.of(theirs).median();
    row(table, "this trainer, float32", ours, reference);
    row(table, "this trainer, bfloat16", bfloat16, reference);
    if (theirs.isEmpty()) {
      table.row("PyTorch, float32", ROWS, THREADS, "not on this machine", "");
    } else {
      row(table, "PyTorch, float32", theirs, reference);
    }
    Section.SPEED.publish(table.markdown());
    if (Form.isLong()) {
      assertThat(theirs).as("PyTorch is there").isNotEmpty();
      Page.update();
      assertThat(Figures.of(ours).median() / reference).isGreaterThan(WANTED);
    }
  }

  private static void row(Table table, String what, List<Double> rates, double reference) {
    double median = Figures.of(rates).median();
    table.row(
        what,
        ROWS,
        THREADS,
        number(median, 2),
        Double.isNaN(reference) ? "" : number(median / reference, 2));
  }

  private double tensorFlow(boolean bfloat16) {
    var backend = TensorFlowBackend.start(new SessionOptions(THREADS, bfloat16));
    try (var trained = backend.trainAdapter(network, AdapterForm.STANDARD.firstScale(), 1)) {
      var random = new SplittableRandom(1);
      int pixels = network.sampleHeight() * network.sampleWidth();
      float[] input = noise(random, ROWS * pixels * network.inChannels());
      float[] gradient = noise(random, ROWS * pixels * network.outChannels());
      float[] target = noise(random, ROWS * pixels * network.outChannels());
      int[] timesteps = random.ints(ROWS, 0, 1_000).toArray();
      long begun = 0;
      for (int i = 0; i < WARM_UP + STEPS; i++) {
        if (i == WARM_UP) {
          begun = System.nanoTime();
        }
        trained.step(input, gradient, timesteps, target, 1e-4, 0.999);
      }
      return STEPS / ((System.nanoTime() - begun) / 1e9);
    }
  }

  private static float[] noise(SplittableRandom random, int size) {
    var values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  /** Steps per second of PyTorch; empty if it is not on this machine. */
  private OptionalDouble pyTorch() throws IOException, InterruptedException {
    Path config = Files.createTempFile("adapter", ".json");
    try {
      Files.writeString(config, network.toJson().toString());
      var process =
          new ProcessBuilder(
                  "python3",
                  SCRIPT.toString(),
                  config.toString(),
                  Integer.toString(ROWS),
                  Integer.toString(THREADS),
                  Integer.toString(WARM_UP),
                  Integer.toString(STEPS))
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      String answer =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      int status = process.waitFor();
      if (status == NO_PYTORCH) {
        return OptionalDouble.empty();
      }
      assertThat(status).as("exit status of %s", SCRIPT).isZero();
      return OptionalDouble.of(Double.parseDouble(answer));
    } catch (IOException e) {
      // No Python.
      return OptionalDouble.empty();
    } finally {
      Files.deleteIfExists(config);
    }
  }
}
