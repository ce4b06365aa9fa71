package org.deftstream.deft.tensorflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.deftstream.deft.prior.BlockType;
import org.deftstream.deft.prior.UNetConfig;
import org.deftstream.deft.tensor.FloatTensor;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The gradients that training descends, for every weight of every kind of block, against finite
 * differences of the loss that it reports.
 */
class TrainingGraphGradientTest {
  private static final int ROWS = 2;

  /** Length of a difference step: loss changes by a few thousandths, far above float32's noise. */
  private static final double STEP = 1e-2;

  /** What float32 makes of a slope of 0. */
  private static final double NOISE = 3e-4;

  private final SplittableRandom random = new SplittableRandom(7);

  @BeforeAll
  static void startTensorFlow() {
    TensorFlowBackend.start(SessionOptions.standard());
  }

  /** With the adapter's: every kind of block, of size change and of embedding of t. */
  static List<String> fixtures() {
    return List.of(
        "resnet-samplers",
        "scale-shift-resnet-blocks",
        "fourier-skip",
        "skip-attention",
        "learned-time",
        "mid-absent");
  }

  @ParameterizedTest
  @MethodSource("fixtures")
  void shouldDescendTheLossOfAPrior(String fixture) {
    check(new Problem(fixture, false));
  }

  @Test
  void shouldDescendTheLossOfAnAdapter() {
    check(new Problem("attention", true));
  }

  @Test
  void shouldKnowAFixtureOfEveryKindOfBlock() {
    var kinds = EnumSet.noneOf(BlockType.class);
    for (String name : fixtures()) {
      var config = UNetFixture.load(name).config();
      kinds.addAll(config.downBlocks());
      assertThat(Set.copyOf(config.upBlocks())).isEqualTo(Set.copyOf(config.downBlocks()));
    }
    assertThat(kinds).isEqualTo(EnumSet.allOf(BlockType.class));
  }

  private void check(Problem problem) {
    try (var network = problem.network()) {
      var weights = perturbed(network.averagedWeights());
      network.warmStart(weights);
      problem.loss(network);
      var gradients = firstMoments(network, weights);

      // Clipping scales all gradients by one factor: found along the whole gradient, then expected
      // of every weight by itself.
      double factor = slope(problem, network, weights, gradients) / norm(gradients);
      assertThat(norm(gradients)).isGreaterThan(0.05);
      if (norm(gradients) < 0.999) {
        assertThat(factor).as("factor without clipping").isCloseTo(1, within(0.02));
      } else {
        assertThat(factor).as("factor of clipping").isGreaterThan(0.999);
      }
      int loud = 0;
      for (String name : gradients.keySet()) {
        // Half along the gradient, for a strong signal; half anywhere, so that a gradient with
        // entries missing is found out as well.
        var gradient = gradients.get(name);
        var direction = mixed(gradient);
        double expected = factor * dot(gradient, direction);
        double size = factor * norm(Map.of(name, gradient));
        assertThat(slope(problem, network, weights, Map.of(name, direction)))
            .as(name)
            .isCloseTo(expected, within(0.02 * size + NOISE));
        loud += size > 5 * NOISE ? 1 : 0;
      }
      assertThat(loud).as("weights above the noise").isGreaterThan(gradients.size() * 9 / 10);
    }
  }

  @Test
  void shouldRefuseToTrainWithDropout() {
    var dropout = UNetFixture.load("dropout").config();

    assertThatThrownBy(() -> new TrainingGraph(dropout, false, 0, FixtureNetwork.options(false), 1))
        .hasMessageContaining("dropout is 0.3");
  }

  /** A network with a batch of random numbers. */
  private final class Problem {
    private final UNetConfig config;
    private final boolean adapter;
    private final float[] input;
    private final float[] likelihood;
    private final float[] target;
    private final int[] timesteps;

    Problem(String fixture, boolean adapter) {
      var loaded = UNetFixture.load(fixture);
      this.config = loaded.config();
      this.adapter = adapter;
      int pixels = ROWS * config.sampleHeight() * config.sampleWidth();
      input = normal(pixels * config.inChannels());
      target = normal(pixels * config.outChannels());
      likelihood = adapter ? normal(pixels * config.outChannels()) : null;
      timesteps = Arrays.copyOf(loaded.timesteps(), ROWS);
    }

    TrainingGraph network() {
      return new TrainingGraph(config, adapter, 0.01, FixtureNetwork.options(false), 1);
    }

    double loss(TrainingGraph network) {
      float[] rows = network.step(input, likelihood, timesteps, target, 0, 1);
      double sum = 0;
      for (float row : rows) {
        sum += row;
      }
      return sum / rows.length;
    }
  }

  /** After one step, Adam's first moment is a tenth of the gradient. */
  private static Map<String, FloatTensor> firstMoments(
      TrainingGraph network, Map<String, FloatTensor> weights) {
    var state = network.state();
    var gradients = new LinkedHashMap<String, FloatTensor>();
    for (String name : weights.keySet()) {
      var moment = state.get("adam_m/" + name);
      float[] values = moment.data().clone();
      for (int i = 0; i < values.length; i++) {
        values[i] *= 10;
      }
      gradients.put(name, new FloatTensor(moment.shape(), values));
    }
    return gradients;
  }

  /** Central difference of the loss along a direction, which is brought to length 1. */
  private static double slope(
      Problem problem,
      TrainingGraph network,
      Map<String, FloatTensor> weights,
      Map<String, FloatTensor> direction) {
    double length = norm(direction);
    if (length == 0) {
      return 0;
    }
    network.warmStart(moved(weights, direction, STEP / length));
    double ahead = problem.loss(network);
    network.warmStart(moved(weights, direction, -STEP / length));
    double behind = problem.loss(network);
    return (ahead - behind) / (2 * STEP);
  }

  private static Map<String, FloatTensor> moved(
      Map<String, FloatTensor> weights, Map<String, FloatTensor> direction, double by) {
    var result = new LinkedHashMap<>(weights);
    direction.forEach(
        (name, d) -> {
          float[] values = weights.get(name).data().clone();
          for (int i = 0; i < values.length; i++) {
            values[i] += (float) (by * d.data()[i]);
          }
          result.put(name, new FloatTensor(d.shape(), values));
        });
    return result;
  }

  /** Training begins with zeros in many places, behind which every gradient vanishes. */
  private Map<String, FloatTensor> perturbed(Map<String, FloatTensor> weights) {
    var result = new LinkedHashMap<String, FloatTensor>();
    weights.forEach(
        (name, w) -> {
          float[] values = w.data().clone();
          for (int i = 0; i < values.length; i++) {
            values[i] += (float) (0.2 * random.nextGaussian());
          }
          result.put(name, new FloatTensor(w.shape(), values));
        });
    return result;
  }

  /** The gradient with as much noise, both of length 1. */
  private FloatTensor mixed(FloatTensor gradient) {
    float[] noise = normal(gradient.data().length);
    var one = new FloatTensor(gradient.shape(), noise);
    double along = 1 / Math.max(norm(Map.of("", gradient)), Double.MIN_NORMAL);
    double across = 1 / norm(Map.of("", one));
    var values = new float[noise.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (along * gradient.data()[i] + across * noise[i]);
    }
    double length = norm(Map.of("", new FloatTensor(gradient.shape(), values)));
    for (int i = 0; i < values.length; i++) {
      values[i] /= (float) length;
    }
    return new FloatTensor(gradient.shape(), values);
  }

  private static double dot(FloatTensor a, FloatTensor b) {
    double sum = 0;
    for (int i = 0; i < a.data().length; i++) {
      sum += (double) a.data()[i] * b.data()[i];
    }
    return sum;
  }

  private static double norm(Map<String, FloatTensor> tensors) {
    return Math.sqrt(
        tensors.values().stream()
            .flatMapToDouble(t -> Arrays.stream(toDoubles(t.data())).map(v -> v * v))
            .sum());
  }

  private static double[] toDoubles(float[] values) {
    var result = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      result[i] = values[i];
    }
    return result;
  }

  private float[] normal(int size) {
    var values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }
}
