package org.deftstream.tests.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.deftstream.tests.benchmarks.Table.number;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.deftstream.deft.engine.Engine;
import org.deftstream.deft.engine.EngineSettings;
import org.deftstream.deft.engine.ReconstructionRequest;
import org.deftstream.deft.htransform.DiffPir;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.metrics.Psnr;
import org.deftstream.deft.operator.BoundMeasurement;
import org.deftstream.deft.operator.Operators;
import org.deftstream.deft.phantom.PerforatedDisc;
import org.deftstream.deft.prior.Prior;
import org.deftstream.deft.prior.PriorDirectory;
import org.deftstream.deft.sampler.SamplerSettings;
import org.deftstream.deft.sampler.TimeSteps;
import org.deftstream.deft.tensorflow.OperatorPlace;
import org.deftstream.deft.tensorflow.SessionOptions;
import org.deftstream.deft.tensorflow.TensorFlowBackend;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whole reconstructions against the same loop written plainly in PyTorch, in turns in one run: the
 * same prior, operator, measurement, steps and proximal points. PyTorch is used where python3, or
 * /usr/bin/python3, has it. {@code -Ddeftstream.benchmarks.pytorch.side}, {@code .steps}, {@code
 * .samples}, {@code .turns} and {@code .threads} set the size.
 */
@Timeout(value = 2, unit = TimeUnit.HOURS)
@EnabledIfSystemProperty(named = Form.PROPERTY, matches = "short|long")
class PyTorchIT {
  private static final int SIDE = Form.number("pytorch.side", 64, 256);
  private static final int STEPS = Form.number("pytorch.steps", 4, 10);
  private static final int SAMPLES = Form.number("pytorch.samples", 2, 4);
  private static final int TURNS = Form.number("pytorch.turns", 1, 3);
  private static final int THREADS = Form.number("pytorch.threads", 1, 1);
  private static final Path PRIOR =
      Path.of("..", "..", "deft", "models", "instruments", "priors", "ct");
  private static final Path SCRIPT = Path.of("src", "test", "python", "diffpir_loop.py");
  private static final double LAMBDA = 20;
  private static final double ZETA = 0.3;

  /** What drawing other noise may make of the mean of a few samples. */
  private static final double DECIBELS = 1.5;

  /**
   * Conjugate gradients without a preconditioner need more iterations for the same proximal point;
   * ended before it they are another estimate. {@link #LAMBDA} is such that both get there.
   */
  private static final int ITERATIONS = 300;

  /** How the script ends where it finds no PyTorch. */
  private static final int NO_PYTORCH = 3;

  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path directory;

  private static Map<String, String> operators() {
    var operators = new LinkedHashMap<String, String>();
    operators.put(
        "CT, 60 views",
        "{'kind':'ct-parallel','views':60,'detectorBins':%d,'noise':{'type':'gaussian','sigma':0.01}}"
            .formatted(SIDE * 3 / 2));
    operators.put(
        "super-resolution, 4",
        "{'kind':'super-resolution','factor':4,'noise':{'type':'gaussian','sigma':0.02}}");
    return operators;
  }

  /** A way to reconstruct, its times and its last image. */
  private static final class Way {
    private final String name;
    private final List<Double> seconds = new ArrayList<>();
    private float[] image;

    Way(String name) {
      this.name = name;
    }
  }

  @Test
  void shouldReconstructFasterThanALoopInPyTorch() throws Exception {
    var table = new Table("operator", "what", "seconds", "against PyTorch", "PSNR, dB");
    for (var each : operators().entrySet()) {
      var test = new Case((ObjectNode) JSON.readTree(each.getValue().replace('\'', '"')));
      var ways = List.of(new Way("this engine"), new Way("this engine, operators as graphs"));
      var theirs = new Way("PyTorch");
      for (int turn = 0; turn < TURNS; turn++) {
        test.engine(OperatorPlace.HOST, ways.get(0));
        test.engine(OperatorPlace.AUTO, ways.get(1));
        test.pyTorch(theirs);
      }
      double reference =
          theirs.seconds.isEmpty() ? Double.NaN : Figures.of(theirs.seconds).median();
      for (var way : ways) {
        test.row(table, each.getKey(), way, reference);
      }
      if (theirs.seconds.isEmpty()) {
        table.row(each.getKey(), theirs.name, "not on this machine", "", "");
      } else {
        test.row(table, each.getKey(), theirs, reference);
        assertThat(test.psnr(ways.get(0).image))
            .as("the same work")
            .isCloseTo(test.psnr(theirs.image), within(DECIBELS));
      }
    }
    Section.PYTORCH.publish(table.markdown());
    if (Form.isLong()) {
      Page.update();
    }
  }

  /** One measurement. */
  private final class Case {
    private final ObjectNode spec;
    private final float[] truth;
    private final BoundMeasurement measurement;

    Case(ObjectNode spec) {
      this.spec = spec;
      var operator = Operators.create(spec, new ImageShape(SIDE, SIDE, 1));
      truth = new PerforatedDisc().draw(SIDE, new Random(2));
      for (int i = 0; i < truth.length; i++) {
        truth[i] = 2 * truth[i] - 1;
      }
      measurement = BoundMeasurement.of(operator, operator.simulate(truth, new Random(3)));
    }

    double psnr(float[] image) {
      return Psnr.of(image, truth);
    }

    void row(Table table, String operator, Way way, double reference) {
      double median = Figures.of(way.seconds).median();
      table.row(
          operator,
          way.name,
          number(median, 2),
          Double.isNaN(reference) ? "" : number(reference / median, 2),
          number(psnr(way.image), 1));
    }

    private SamplerSettings sampler() {
      return new SamplerSettings(
          STEPS, SamplerSettings.TimeGrid.QUADRATIC, SamplerSettings.NoiseRule.ZETA, ZETA, SAMPLES);
    }

    void engine(OperatorPlace place, Way way) {
      var options = new SessionOptions(THREADS, false).withOperators(place);
      int pixels = SIDE * SIDE;
      try (var prior = TensorFlowBackend.start(options).openPrior(PriorDirectory.open(PRIOR));
          var engine =
              new Engine(
                  EngineSettings.of(
                      Math.max(1, SAMPLES * pixels / (int) prior.imageShape().pixels())))) {
        engine.submit(request("warm-up", prior)).join();
        long begun = System.nanoTime();
        way.image = engine.submit(request("timed", prior)).join().mean();
        way.seconds.add((System.nanoTime() - begun) / 1e9);
      }
    }

    private ReconstructionRequest request(String id, Prior prior) {
      return new ReconstructionRequest(
          id, prior, new DiffPir(LAMBDA), measurement, sampler(), 0, null);
    }

    void pyTorch(Way way) throws IOException, InterruptedException {
      Path values = directory.resolve("measurement.bin");
      write(values, measurement.measurement());
      var request =
          JSON.createObjectNode()
              .put("prior", PRIOR.toAbsolutePath().toString())
              .put("measurement", values.toString())
              .put("side", SIDE)
              .put("samples", SAMPLES)
              .put("threads", THREADS)
              .put("lambda", LAMBDA)
              .put("zeta", ZETA)
              .put("iterations", ITERATIONS);
      request.set("operator", spec);
      var timesteps = request.putArray("timesteps");
      for (int t : TimeSteps.of(sampler(), PriorDirectory.open(PRIOR).scheduler().schedule())) {
        timesteps.add(t);
      }
      Path file = directory.resolve("request.json");
      Files.writeString(file, request.toString());
      Path out = directory.resolve("mean.bin");
      for (var python : List.of("python3", "/usr/bin/python3")) {
        var seconds = run(python, file, out);
        if (seconds.isPresent()) {
          way.seconds.add(seconds.get());
          way.image = read(out);
          return;
        }
      }
    }
  }

  /** Seconds of a reconstruction; empty if that Python is not there, or has no PyTorch. */
  private static Optional<Double> run(String python, Path request, Path out)
      throws InterruptedException {
    try {
      var process =
          new ProcessBuilder(python, SCRIPT.toString(), request.toString(), out.toString())
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      String answer =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      int status = process.waitFor();
      if (status == NO_PYTORCH) {
        return Optional.empty();
      }
      assertThat(status).as("exit status of %s", SCRIPT).isZero();
      return Optional.of(Double.parseDouble(answer));
    } catch (IOException e) {
      return Optional.empty(); // No Python.
    }
  }

  private static void write(Path file, float[] values) throws IOException {
    var bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    Files.write(file, bytes.array());
  }

  private static float[] read(Path file) throws IOException {
    var bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    var values = new float[bytes.remaining() / 4];
    bytes.asFloatBuffer().get(values);
    return values;
  }
}
