package org.deftstream.deft.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.deftstream.deft.GaussianPrior;
import org.deftstream.deft.UserError;
import org.deftstream.deft.engine.Engine;
import org.deftstream.deft.engine.EngineSettings;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.operator.BoundMeasurement;
import org.deftstream.deft.sampler.SamplerSettings;
import org.deftstream.deft.sampler.SamplerSettings.NoiseRule;
import org.deftstream.deft.sampler.SamplerSettings.TimeGrid;
import org.deftstream.deft.task.Task;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What holds for every method that a plan may name, whether it is a choice of h, an optimisation or
 * the plain pseudo-inverse: an image for each measurement, the same for the same id, whatever else
 * is in the batch. Adapters need files and are held to it as h-transforms, regressions in {@code
 * RegressionTest}.
 */
class MethodContractTest {
  private static final ImageShape SHAPE = new ImageShape(4, 4, 1);
  private static final int MEASUREMENTS = 5;
  private static final int BATCH = 3;
  private static final String TASK =
      """
      {"name": "t", "prior": "p", "operator": {%s, "noise": {"type": "gaussian", "sigma": 0.1}},
       "trainingFree": {"method": "diffpir", "parameters": {"lambda": 1},
        "sampler": {"steps": 4, "noise": "zeta", "noiseLevel": 1}},
       "learned": {"sampler": {"steps": 4, "noiseLevel": 1}}}
      """;
  private static final Map<String, String> OPERATORS =
      new TreeMap<>(
          Map.of(
              "inpainting",
              "'kind': 'inpainting',"
                  + " 'mask': {'type': 'random', 'leastHidden': 0.3, 'mostHidden': 0.5}",
              "ct-parallel",
              "'kind': 'ct-parallel', 'views': 3, 'detectorBins': 6",
              "super-resolution",
              "'kind': 'super-resolution', 'factor': 2",
              "hdr",
              "'kind': 'hdr'",
              "nonlinear-blur",
              "'kind': 'nonlinear-blur', 'blur': 0.5",
              "phase-retrieval",
              "'kind': 'phase-retrieval'"));
  private static final Map<String, Map<String, Double>> PARAMETERS =
      Map.of(
          "daps",
          Map.of("levels", 6.0, "langevinSteps", 10.0),
          "dds",
          Map.of("gamma", 2.0),
          "diffpir",
          Map.of("lambda", 1.0),
          "dps",
          Map.of("zeta", 0.1),
          "total-variation",
          Map.of("weight", 0.05),
          "tikhonov",
          Map.of("weight", 0.05),
          "l1-wavelet",
          Map.of("weight", 0.05, "iterations", 20.0),
          "red-diff",
          Map.of("steps", 20.0, "learningRate", 0.05, "lambda", 0.25));

  /** Methods that draw no noise. */
  private static final Set<String> CERTAIN =
      Set.of("pseudo-inverse", "bicubic", "denoiser", "total-variation", "tikhonov", "l1-wavelet");

  /** Methods that need a linear operator. */
  private static final Set<String> LINEAR =
      Set.of("total-variation", "tikhonov", "l1-wavelet", "dds", "daps");

  /** Methods that read files, which are held to the same elsewhere. */
  private static final Set<String> OF_FILES = Set.of("adapter", "regression");

  static final List<String> NOT_LINEAR = List.of("hdr", "nonlinear-blur", "phase-retrieval");

  static final List<String> WITHOUT_SPECTRUM =
      List.of("ct-parallel", "hdr", "nonlinear-blur", "phase-retrieval");

  private static Engine engine;

  private final GaussianPrior prior = GaussianPrior.ramp(SHAPE);

  @BeforeAll
  static void start() {
    engine = new Engine(EngineSettings.of(BATCH));
  }

  @AfterAll
  static void stop() {
    engine.close();
  }

  static Stream<Arguments> problems() {
    return MethodTypes.names().stream()
        .filter(name -> !OF_FILES.contains(name))
        .flatMap(
            name ->
                OPERATORS.keySet().stream()
                    .filter(kind -> !name.equals("ddrm") || !WITHOUT_SPECTRUM.contains(kind))
                    .filter(kind -> !name.equals("bicubic") || kind.equals("super-resolution"))
                    .filter(kind -> !LINEAR.contains(name) || !NOT_LINEAR.contains(kind))
                    .map(kind -> arguments(name, kind)));
  }

  @Test
  void shouldHaveTheMethodsThatAreNoChoiceOfH() {
    assertThat(problems().map(arguments -> (String) arguments.get()[0]))
        .contains("pseudo-inverse", "red-diff");
  }

  @ParameterizedTest
  @MethodSource("problems")
  void shouldAnswerEveryMeasurementWithAFiniteImage(String name, String kind) {
    var measurements = measurements(kind);

    var estimates = open(name, kind).reconstruct(ids("a", MEASUREMENTS), measurements);

    assertThat(estimates).hasSize(MEASUREMENTS);
    for (var estimate : estimates) {
      assertThat(estimate.failure()).isNull();
      assertThat(estimate.mean()).hasSize(SHAPE.size());
      for (float value : estimate.mean()) {
        assertThat(value).isFinite();
      }
      assertThat(estimate.residual()).isFinite();
    }
    assertThat(estimates.get(1).mean()).isNotEqualTo(estimates.get(0).mean());
  }

  @ParameterizedTest
  @MethodSource("problems")
  void shouldTakeItsNoiseFromTheIdAlone(String name, String kind) {
    var measurements = measurements(kind);
    var method = open(name, kind);

    var first = method.reconstruct(ids("a", MEASUREMENTS), measurements);
    var again = method.reconstruct(ids("a", MEASUREMENTS), measurements);
    var byAnother = open(name, kind).reconstruct(ids("a", MEASUREMENTS), measurements);
    var ofOthers = method.reconstruct(ids("b", MEASUREMENTS), measurements);

    for (int i = 0; i < MEASUREMENTS; i++) {
      float[] image = first.get(i).mean();
      assertThat(again.get(i).mean()).isEqualTo(image);
      assertThat(byAnother.get(i).mean()).isEqualTo(image);
      if (CERTAIN.contains(name)) {
        assertThat(ofOthers.get(i).mean()).as("draws nothing").isEqualTo(image);
      } else {
        assertThat(ofOthers.get(i).mean()).as("other noise").isNotEqualTo(image);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("problems")
  void shouldAnswerAMeasurementAloneAsAmongOthers(String name, String kind) {
    var measurements = measurements(kind);
    var ids = ids("a", MEASUREMENTS);
    var method = open(name, kind);

    var together = method.reconstruct(ids, measurements);

    for (int i = 0; i < MEASUREMENTS; i++) {
      var alone = method.reconstruct(List.of(ids.get(i)), List.of(measurements.get(i)));
      assertThat(together.get(i).mean()).containsExactly(alone.get(0).mean(), within(1e-5f));
    }
  }

  @ParameterizedTest
  @MethodSource("problems")
  void shouldLeaveTheMeasurementsAsTheyWere(String name, String kind) {
    var measurements = measurements(kind);
    var untouched = measurements(kind);

    open(name, kind).reconstruct(ids("a", MEASUREMENTS), measurements);

    for (int i = 0; i < MEASUREMENTS; i++) {
      assertThat(measurements.get(i).measurement()).isEqualTo(untouched.get(i).measurement());
    }
  }

  @ParameterizedTest
  @FieldSource("WITHOUT_SPECTRUM")
  void shouldSayBeforeTheFirstImageWhatAnOperatorLacks(String kind) {
    assertThatThrownBy(() -> open("ddrm", kind))
        .isInstanceOf(UserError.class)
        .hasMessage(
            "task 't', method 'ddrm': ddrm needs the singular value decomposition of the operator; "
                + kind
                + " has none that is cheap");
  }

  @ParameterizedTest
  @FieldSource("NOT_LINEAR")
  void shouldSayBeforeTheFirstImageThatAnOperatorIsNotLinear(String kind) {
    assertThatThrownBy(() -> open("total-variation", kind))
        .isInstanceOf(UserError.class)
        .hasMessage(
            "task 't', method 'total-variation': total-variation needs a linear operator, not "
                + kind);
    assertThatThrownBy(() -> open("bicubic", kind))
        .hasMessage(
            "task 't', method 'bicubic': bicubic needs the operator super-resolution, not " + kind);
    assertThatThrownBy(() -> open("dds", kind))
        .hasMessage("task 't', method 'dds': dds needs a linear operator, not " + kind);
    assertThatThrownBy(() -> open("daps", kind))
        .hasMessage(
            "task 't', method 'daps': daps needs a linear operator with noise, not " + kind);
  }

  private Method open(String name, String kind) {
    var sampled = !CERTAIN.contains(name) && !Set.of("red-diff", "daps").contains(name);
    var planned =
        new PlannedMethod(
            name,
            name,
            PARAMETERS.getOrDefault(name, Map.of()),
            sampled
                ? Optional.of(new SamplerSettings(4, TimeGrid.UNIFORM, NoiseRule.ETA, 1, 1))
                : Optional.empty(),
            Optional.empty(),
            1);
    var bench =
        new Bench(task(kind), prior, EvaluationModels.FLOAT32, engine, BATCH, null, Path::of);
    return MethodTypes.open(planned, bench);
  }

  private static Task task(String kind) {
    return Task.parse(TASK.formatted(OPERATORS.get(kind).replace('\'', '"')), name -> SHAPE);
  }

  /** Measurements of different images, each through a mask of its own where there are masks. */
  private static List<BoundMeasurement> measurements(String kind) {
    var measurements = new ArrayList<BoundMeasurement>();
    for (int i = 0; i < MEASUREMENTS; i++) {
      var random = new Random(i);
      var operator = task(kind).operator();
      operator = operator.bind(operator.drawAuxiliary(random));
      var truth = new float[SHAPE.size()];
      for (int k = 0; k < truth.length; k++) {
        truth[k] = (float) (0.8 * Math.tanh(random.nextGaussian()));
      }
      measurements.add(BoundMeasurement.of(operator, operator.simulate(truth, random)));
    }
    return measurements;
  }

  private static List<String> ids(String prefix, int count) {
    var ids = new ArrayList<String>();
    for (int i = 0; i < count; i++) {
      ids.add(prefix + i);
    }
    return ids;
  }
}
