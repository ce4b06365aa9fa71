package org.deftstream.deft.tensorflow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.deftstream.deft.engine.Engine;
import org.deftstream.deft.engine.EngineSettings;
import org.deftstream.deft.engine.Reconstruction;
import org.deftstream.deft.engine.ReconstructionRequest;
import org.deftstream.deft.htransform.HTransform;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.operator.BoundMeasurement;
import org.deftstream.deft.operator.ForwardOperator;
import org.deftstream.deft.operator.OperatorTestCases;
import org.deftstream.deft.prior.ComposedSteps;
import org.deftstream.deft.prior.Prior;
import org.deftstream.deft.prior.PriorDirectory;
import org.deftstream.deft.prior.ResidualUNetConfig;
import org.deftstream.deft.prior.SchedulerConfig;
import org.deftstream.deft.safetensors.Safetensors;
import org.deftstream.deft.sampler.CounterNoise;
import org.deftstream.deft.sampler.SamplerSettings;
import org.deftstream.deft.sampler.SamplerSettings.NoiseRule;
import org.deftstream.deft.sampler.SamplerSettings.TimeGrid;
import org.deftstream.deft.sampler.StepWeights;
import org.deftstream.deft.tensor.FloatTensor;

/** A small prior with random weights, on the host and with composed steps. Closes both. */
final class ComposedFixture implements AutoCloseable {
  /** What the setting promises, of images in [-1, 1]. */
  static final double TOLERANCE = 1e-4;

  /**
   * Conjugate gradients that end before they are done end where rounding decides, on the host too:
   * what a dozen steps find with them may differ by so many times what one rounding of y changes.
   */
  private static final int ROUNDINGS = 30;

  static final ImageShape SHAPE = new ImageShape(16, 24, 2);
  private static final ResidualUNetConfig CONFIG =
      new ResidualUNetConfig(16, 2, 2, 2, List.of(6, 8), 1);

  final TensorFlowBackend backend;
  final PriorDirectory directory;
  final Prior onHost;
  final Prior inGraph;
  final GraphSteps steps;

  /** Writes the prior to a folder and opens it. */
  ComposedFixture(Path folder) {
    backend = TensorFlowBackend.start(options(OperatorPlace.HOST));
    directory =
        PriorDirectory.write(
            folder.resolve("prior"),
            CONFIG,
            SchedulerConfig.standard(),
            randomWeights(),
            Safetensors.Storage.F32,
            JsonNodeFactory.instance.objectNode().put("name", "small"));
    onHost = backend.openPrior(directory);
    inGraph = open(OperatorPlace.GRAPH);
    steps = (GraphSteps) inGraph.composedSteps().orElseThrow();
  }

  @Override
  public void close() {
    inGraph.close();
    onHost.close();
  }

  static SessionOptions options(OperatorPlace place) {
    return new SessionOptions(1, false).withOperators(place);
  }

  /** The same prior; closed by the caller. */
  Prior open(OperatorPlace place) {
    return TensorFlowBackend.start(options(place)).openPrior(directory);
  }

  /** Weights that are zero at first are random here: every path counts. */
  private Map<String, FloatTensor> randomWeights() {
    try (var network = backend.trainPrior(CONFIG, 1)) {
      var weights = network.averagedWeights();
      weights.replaceAll((name, w) -> random(w.shape(), name.hashCode()));
      return weights;
    }
  }

  /** Weights of a network. */
  static FloatTensor random(int[] shape, long seed) {
    var random = new Random(seed);
    var data = new float[Math.toIntExact(FloatTensor.sizeOf(shape))];
    for (int i = 0; i < data.length; i++) {
      data[i] = (float) (0.1 * random.nextGaussian());
    }
    return new FloatTensor(shape, data);
  }

  /** Operators whose proximal point has a closed form. */
  static Stream<String> closedForms() {
    return Stream.of(
        OperatorTestCases.DENOISING,
        OperatorTestCases.INPAINTING,
        OperatorTestCases.SR_2,
        OperatorTestCases.SR_4,
        OperatorTestCases.SR_2_BICUBIC,
        OperatorTestCases.GAUSSIAN_BLUR,
        OperatorTestCases.HDR);
  }

  /** Operators whose proximal point is found by conjugate gradients. */
  static Stream<String> iterated() {
    return Stream.of(
        OperatorTestCases.CT_20,
        OperatorTestCases.LOW_DOSE_CT,
        OperatorTestCases.MOTION_BLUR,
        OperatorTestCases.MRI,
        OperatorTestCases.MRI_COILS);
  }

  static Stream<String> forms() {
    return Stream.concat(closedForms(), iterated());
  }

  static BoundMeasurement measured(String spec, long seed) {
    return measured(OperatorTestCases.create(spec, SHAPE), seed);
  }

  /** With an image and, where an operator has such, a mask of its own. */
  private static BoundMeasurement measured(ForwardOperator unbound, long seed) {
    var random = new Random(seed);
    var operator = unbound.bind(unbound.drawAuxiliary(random));
    var image = OperatorTestCases.uniform(SHAPE.size(), random);
    return BoundMeasurement.of(operator, operator.simulate(image, random));
  }

  /** Measurements by one operator. */
  static List<BoundMeasurement> measuredAlike(String spec, int count) {
    var unbound = OperatorTestCases.create(spec, SHAPE);
    var operator = unbound.bind(unbound.drawAuxiliary(new Random(2)));
    var measurements = new ArrayList<BoundMeasurement>();
    for (int i = 0; i < count; i++) {
      var random = new Random(i);
      float[] y = operator.simulate(OperatorTestCases.uniform(SHAPE.size(), random), random);
      measurements.add(BoundMeasurement.of(operator, y));
    }
    return measurements;
  }

  /** The same with each value of y a rounding up or down. */
  static BoundMeasurement shaken(BoundMeasurement measurement) {
    float[] y = measurement.measurement().clone();
    for (int i = 0; i < y.length; i++) {
      y[i] = i % 2 == 0 ? Math.nextUp(y[i]) : Math.nextDown(y[i]);
    }
    return BoundMeasurement.of(measurement.operator(), y);
  }

  /** The greatest difference of images that is rounding's. */
  static double allowed(Reconstruction expected, Reconstruction shaken) {
    return Math.max(TOLERANCE, ROUNDINGS * greatest(expected.mean(), shaken.mean()));
  }

  static ReconstructionRequest request(
      String id,
      Prior prior,
      HTransform method,
      BoundMeasurement measurement,
      SamplerSettings sampler) {
    return new ReconstructionRequest(id, prior, method, measurement, sampler, 0, null);
  }

  static SamplerSettings sampler(int steps, double zeta, int samples) {
    return new SamplerSettings(steps, TimeGrid.UNIFORM, NoiseRule.ZETA, zeta, samples);
  }

  static List<Reconstruction> answers(int batch, List<ReconstructionRequest> requests)
      throws Exception {
    try (var engine = new Engine(EngineSettings.of(batch))) {
      var futures = requests.stream().map(engine::submit).toList();
      var answers = new ArrayList<Reconstruction>();
      for (var future : futures) {
        answers.add(future.get(60, TimeUnit.SECONDS));
      }
      return answers;
    }
  }

  /** The greatest difference of two images. */
  static double greatest(float[] a, float[] b) {
    double greatest = 0;
    for (int i = 0; i < a.length; i++) {
      greatest = Math.max(greatest, Math.abs((double) a[i] - b[i]));
    }
    return greatest;
  }

  /** A trajectory that begins with noise. */
  Trip trip(HTransform method, BoundMeasurement measurement, int number) {
    return new Trip(method, measurement, number);
  }

  /** A trajectory that is stepped in a test's own loop. */
  final class Trip {
    final HTransform method;
    final BoundMeasurement measurement;
    final CounterNoise noise;
    final ComposedSteps.Group group;
    ComposedSteps.State state;

    private Trip(HTransform method, BoundMeasurement measurement, int number) {
      this.method = method;
      this.measurement = measurement;
      noise = CounterNoise.ofSeed(77, number);
      group = steps.group(measurement.operator(), method.learnedEstimate()).orElseThrow();
      var x = new float[SHAPE.size()];
      noise.fill(x, CounterNoise.INITIAL);
      open(x);
    }

    void open(float[] x) {
      state = steps.open(group, measurement, noise, x).orElseThrow();
    }

    /** To the host and back, perhaps into another slot. */
    void move() {
      float[] x = state.image();
      state.close();
      open(x);
    }

    ComposedSteps.Row row(int t, int target) {
      var schedule = inGraph.schedule();
      double alphaBar = schedule.alphaBar(t);
      double rho = method.proximalWeight(measurement.operator(), alphaBar).orElseThrow();
      var step = StepWeights.of(sampler(1, 0.3, 1), alphaBar, schedule.alphaBar(target));
      return new ComposedSteps.Row(state, t, rho, step);
    }

    void step(int t, int target) {
      assertThat(steps.step(group, List.of(row(t, target)), 1)).containsExactly(true);
    }
  }
}
