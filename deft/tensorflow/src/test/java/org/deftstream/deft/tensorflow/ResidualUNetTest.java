package org.deftstream.deft.tensorflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.deftstream.deft.prior.PriorDirectory;
import org.deftstream.deft.prior.ResidualUNetConfig;
import org.deftstream.deft.prior.SchedulerConfig;
import org.deftstream.deft.prior.SchedulerConfig.Prediction;
import org.deftstream.deft.safetensors.Safetensors;
import org.deftstream.deft.tensor.FloatTensor;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResidualUNetTest {
  private static final ResidualUNetConfig CONFIG =
      new ResidualUNetConfig(16, 1, 2, List.of(6, 8), 1);
  private static TensorFlowBackend backend;

  @TempDir Path directory;

  @BeforeAll
  static void start() {
    backend = TensorFlowBackend.start(new SessionOptions(1, false));
  }

  private static float[] gaussian(long seed, int size) {
    var random = new Random(seed);
    var values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  /** Weights that are zero at first are random here: every path counts. */
  private static Map<String, FloatTensor> randomWeights() {
    try (var network = backend.trainPrior(CONFIG, 1)) {
      var weights = network.averagedWeights();
      weights.replaceAll(
          (name, w) -> {
            float[] data = gaussian(name.hashCode(), w.data().length);
            for (int i = 0; i < data.length; i++) {
              data[i] *= 0.2f;
            }
            return new FloatTensor(w.shape(), data);
          });
      return weights;
    }
  }

  private PriorDirectory write(String name, Prediction prediction) {
    var about = JsonNodeFactory.instance.objectNode().put("name", name);
    return PriorDirectory.write(
        directory.resolve(name),
        CONFIG,
        SchedulerConfig.standard().predicting(prediction),
        randomWeights(),
        Safetensors.Storage.F32,
        about);
  }

  @Test
  void shouldGiveTheNoiseThatItsPredictionStandsFor() {
    float[] x = gaussian(3, 2 * 256);
    int[] t = {40, 700};
    try (var eps = backend.openPrior(write("eps", Prediction.EPSILON));
        var v = backend.openPrior(write("v", Prediction.V));
        var x0 = backend.openPrior(write("x0", Prediction.SAMPLE))) {
      // The same weights: what the network of the first prior says is the others' prediction.
      float[] said = eps.predictNoise(x, t);
      float[] byV = v.predictNoise(x, t);
      float[] byX0 = x0.predictNoise(x, t);
      for (int i = 0; i < x.length; i++) {
        double bar = eps.schedule().alphaBar(t[i / 256]);
        double alpha = Math.sqrt(bar);
        double sigma = Math.sqrt(1 - bar);
        assertThat((double) byV[i]).isCloseTo(alpha * said[i] + sigma * x[i], within(1e-4));
        assertThat((double) byX0[i]).isCloseTo((x[i] - alpha * said[i]) / sigma, within(1e-3));
      }
    }
  }

  @Test
  void shouldAgreeWithFiniteDifferences() {
    float[] x = gaussian(4, 256);
    float[] direction = gaussian(5, 256);
    float[] cotangent = gaussian(6, 256);
    int[] t = {300};
    try (var prior = backend.openPrior(write("v", Prediction.V))) {
      float[] product = prior.vectorJacobian(x, t, cotangent);
      double analytic = 0;
      for (int i = 0; i < 256; i++) {
        analytic += product[i] * direction[i];
      }
      // Small: a network of rectifiers is a straight line only between its kinks.
      double step = 1e-4;
      var ahead = x.clone();
      var behind = x.clone();
      for (int i = 0; i < 256; i++) {
        ahead[i] += (float) (step * direction[i]);
        behind[i] -= (float) (step * direction[i]);
      }
      float[] more = prior.predictNoise(ahead, t);
      float[] less = prior.predictNoise(behind, t);
      double numeric = 0;
      for (int i = 0; i < 256; i++) {
        numeric += cotangent[i] * (more[i] - less[i]) / (2 * step);
      }
      assertThat(analytic).isCloseTo(numeric, within(0.02 * Math.abs(numeric) + 0.05));
    }
  }

  @Test
  void shouldLearnOnSquaresOfAnySize() {
    try (var network = backend.trainPrior(CONFIG, 1)) {
      for (int side : new int[] {16, 32, 16}) {
        float[] x = gaussian(side, 2 * side * side);
        assertThat(network.step(x, null, new int[] {1, 2}, x, 1e-3, 0.9)).hasSize(2);
      }
      float[] odd = gaussian(1, 2 * 16 * 32);
      assertThatThrownBy(() -> network.step(odd, null, new int[] {1, 2}, odd, 1e-3, 0.9))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("squares");
    }
  }
}
