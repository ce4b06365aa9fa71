package org.deftstream.deft.tensorflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.deftstream.deft.prior.UNetConfig;
import org.deftstream.deft.tensor.FloatTensor;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What a step of training makes of gradients: clipping, Adam, and the running average. */
class TrainingGraphUpdateTest {
  private static final int ROWS = 2;
  private static final double RATE = 0.01;

  private final UNetConfig config = UNetFixture.load("plain").config();
  private final int values = ROWS * config.sampleHeight() * config.sampleWidth();
  private final float[] input = normal(1);
  private final float[] likelihood = normal(2);
  private final int[] timesteps = {3, 700};

  @BeforeAll
  static void startTensorFlow() {
    TensorFlowBackend.start(SessionOptions.standard());
  }

  private TrainingGraph network(long seed) {
    return new TrainingGraph(config, true, 0.01, FixtureNetwork.options(false), seed);
  }

  private float[] step(TrainingGraph network, float scale, double rate, double decay) {
    float[] target = normal(3);
    for (int i = 0; i < target.length; i++) {
      target[i] *= scale;
    }
    return network.step(input, likelihood, timesteps, target, rate, decay);
  }

  private float[] normal(long seed) {
    var random = new SplittableRandom(seed);
    var numbers = new float[values];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = (float) random.nextGaussian();
    }
    return numbers;
  }

  @Test
  void shouldAverageTheWeightsExponentially() {
    try (var network = network(1)) {
      var expected = new TreeMap<String, double[]>();
      part(network.state(), "weight/").forEach((name, w) -> expected.put(name, doubles(w)));
      for (double decay : new double[] {0.1, 0.9, 0.5}) {
        step(network, 1, RATE, decay);
        var weights = part(network.state(), "weight/");
        expected.forEach(
            (name, average) -> {
              double[] now = doubles(weights.get(name));
              for (int i = 0; i < average.length; i++) {
                average[i] = decay * average[i] + (1 - decay) * now[i];
              }
            });
      }

      var averages = network.averagedWeights();
      var weights = part(network.state(), "weight/");
      double apart = 0;
      for (var e : expected.entrySet()) {
        double[] average = doubles(averages.get(e.getKey()));
        double[] weight = doubles(weights.get(e.getKey()));
        assertThat(average)
            .as(e.getKey())
            .usingComparatorWithPrecision(1e-6)
            .containsExactly(e.getValue());
        for (int i = 0; i < average.length; i++) {
          apart = Math.max(apart, Math.abs(average[i] - weight[i]));
        }
      }
      assertThat(apart).isGreaterThan(RATE / 4);
    }
  }

  /** Gradients of a square are affine in the target: two short ones tell what a long one is. */
  @Test
  void shouldClipTheNormOfAllGradientsTogether() {
    var short1 = gradients(0.25f);
    var short2 = gradients(0.5f);
    assertThat(norm(short2)).isBetween(0.1, 0.9);
    var expected = new LinkedHashMap<String, FloatTensor>();
    short1.forEach(
        (name, first) -> {
          float[] values = short2.get(name).data().clone();
          for (int i = 0; i < values.length; i++) {
            values[i] = first.data()[i] + 15 * (values[i] - first.data()[i]);
          }
          expected.put(name, new FloatTensor(first.shape(), values));
        });
    double length = norm(expected);
    assertThat(length).isGreaterThan(2);

    var clipped = gradients(4);

    assertThat(norm(clipped)).isCloseTo(1, within(1e-4));
    clipped.forEach(
        (name, gradient) -> {
          double[] unclipped = doubles(expected.get(name));
          for (int i = 0; i < unclipped.length; i++) {
            assertThat((double) gradient.data()[i])
                .as(name)
                .isCloseTo(unclipped[i] / length, within(1e-4));
          }
        });
  }

  /** The clipped gradients of a first step: Adam's first moment is a tenth of them. */
  private Map<String, FloatTensor> gradients(float scale) {
    try (var network = network(1)) {
      step(network, scale, 0, 1);
      var gradients = new LinkedHashMap<String, FloatTensor>();
      part(network.state(), "adam_m/")
          .forEach(
              (name, moment) -> {
                float[] ten = moment.data().clone();
                for (int i = 0; i < ten.length; i++) {
                  ten[i] *= 10;
                }
                gradients.put(name, new FloatTensor(moment.shape(), ten));
              });
      return gradients;
    }
  }

  /** Adam's bias correction makes the first step as long as the rate, against the gradient. */
  @Test
  void shouldTakeAFirstStepAsLongAsTheLearningRate() {
    try (var network = network(1)) {
      double before = doubles(network.averagedWeights().get("conv_out.bias"))[0];
      step(network, 1, RATE, 0);
      double gradient = doubles(network.state().get("adam_m/conv_out.bias"))[0];
      double after = doubles(network.averagedWeights().get("conv_out.bias"))[0];

      assertThat(after - before).isCloseTo(-Math.signum(gradient) * RATE, within(RATE / 1000));
    }
  }

  @Test
  void shouldStartFromTheWeightsOfAnother() {
    try (var network = network(1);
        var warm = network(2)) {
      for (int i = 0; i < 3; i++) {
        step(network, 1, RATE, 0);
        step(warm, 1, RATE, 0);
      }
      var weights = network.averagedWeights();
      float[] expected = step(network, 1, 0, 1);
      assertThat(step(warm, 1, 0, 1)).isNotEqualTo(expected);

      warm.warmStart(weights);

      var state = warm.state();
      weights.forEach(
          (name, w) -> {
            assertThat(state.get("weight/" + name).data()).as(name).isEqualTo(w.data());
            assertThat(state.get("ema/" + name).data()).as(name).isEqualTo(w.data());
            assertThat(state.get("adam_m/" + name).data()).as(name).containsOnly(0);
            assertThat(state.get("adam_v/" + name).data()).as(name).containsOnly(0);
          });
      assertThat(state.get("steps").data()).containsExactly(0);
      assertThat(step(warm, 1, 0, 1)).isEqualTo(expected);
    }
  }

  @Test
  void shouldPredictWithoutAStep() {
    try (var network = network(1)) {
      float[] answer = network.predict(input, likelihood, timesteps);

      float[] loss = network.step(input, likelihood, timesteps, answer, 0, 1);
      assertThat(answer).hasSize(values);
      assertThat(loss).containsOnly(0);
    }
  }

  private static Map<String, FloatTensor> part(Map<String, FloatTensor> state, String prefix) {
    var part = new LinkedHashMap<String, FloatTensor>();
    state.forEach(
        (name, tensor) -> {
          if (name.startsWith(prefix)) {
            part.put(name.substring(prefix.length()), tensor);
          }
        });
    return part;
  }

  private static double[] doubles(FloatTensor tensor) {
    var numbers = new double[tensor.data().length];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = tensor.data()[i];
    }
    return numbers;
  }

  private static double norm(Map<String, FloatTensor> tensors) {
    double sum = 0;
    for (var tensor : tensors.values()) {
      for (float value : tensor.data()) {
        sum += (double) value * value;
      }
    }
    return Math.sqrt(sum);
  }
}
