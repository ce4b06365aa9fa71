package org.deftstream.deft.tensorflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.deftstream.deft.prior.UNetConfig;
import org.deftstream.deft.tensor.FloatTensor;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The gradients that training descends, against finite differences of the loss that it reports. */
class TrainingGraphGradientTest {
  private static final int ROWS = 2;

  /** Length of a difference step: loss changes by a few thousandths, far above float32's noise. */
  private static final double STEP = 1e-2;

  private final UNetConfig config = UNetFixture.load("attention").config();
  private final SplittableRandom random = new SplittableRandom(7);
  private final float[] input = normal(ROWS * 64);
  private final float[] likelihood = normal(ROWS * 64);
  private final float[] target = normal(ROWS * 64);
  private final int[] timesteps = {3, 700};

  @BeforeAll
  static void startTensorFlow() {
    TensorFlowBackend.start(SessionOptions.standard());
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void shouldDescendTheLossItReports(boolean adapter) {
    try (var network = new TrainingGraph(config, adapter, 0.01, new SessionOptions(1, false), 1)) {
      var weights = perturbed(network.averagedWeights());
      network.warmStart(weights);
      loss(network, adapter);
      var gradients = firstMoments(network, weights);

      // Clipping scales all gradients by one factor: found along the whole gradient, then expected
      // of every weight by itself.
      double factor = slope(network, adapter, weights, gradients) / norm(gradients);
      assertThat(norm(gradients)).isGreaterThan(0.05);
      if (norm(gradients) < 0.999) {
        assertThat(factor).as("factor without clipping").isCloseTo(1, within(0.02));
      } else {
        assertThat(factor).as("factor of clipping").isGreaterThan(0.999);
      }
      // One weight in four: PyTorch has spoken about all of them in UNetGraphFixtureTest.
      var names = new ArrayList<>(gradients.keySet());
      for (int i = adapter ? 0 : 2; i < names.size(); i += 4) {
        String name = names.get(i);
        var alone = Map.of(name, gradients.get(name));
        double expected = factor * norm(alone);
        assertThat(slope(network, adapter, weights, alone))
            .as(name)
            .isCloseTo(expected, within(0.02 * expected + 3e-4));
      }
    }
  }

  @Test
  void shouldRefuseToTrainWithDropout() {
    var dropout = UNetFixture.load("dropout").config();

    assertThatThrownBy(() -> new TrainingGraph(dropout, false, 0, SessionOptions.standard(), 1))
        .hasMessageContaining("dropout is 0.3");
  }

  private double loss(TrainingGraph network, boolean adapter) {
    float[] rows = network.step(input, adapter ? likelihood : null, timesteps, target, 0, 1);
    double sum = 0;
    for (float row : rows) {
      sum += row;
    }
    return sum / rows.length;
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
  private double slope(
      TrainingGraph network,
      boolean adapter,
      Map<String, FloatTensor> weights,
      Map<String, FloatTensor> direction) {
    double length = norm(direction);
    if (length == 0) {
      return 0;
    }
    network.warmStart(moved(weights, direction, STEP / length));
    double ahead = loss(network, adapter);
    network.warmStart(moved(weights, direction, -STEP / length));
    double behind = loss(network, adapter);
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
