package org.deftstream.deft.regression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.deftstream.deft.Dense;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.operator.BoundMeasurement;
import org.deftstream.deft.operator.ForwardOperator;
import org.deftstream.deft.operator.Operators;
import org.deftstream.deft.tensor.FloatTensor;
import org.deftstream.deft.training.LabelledPairs;
import org.deftstream.deft.training.TrainableNetwork;
import org.deftstream.deft.training.Truths;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The step that unrolled iterations give the trainer, for a network of one weight per feature and
 * iteration: its gradient is that of the last image's error, by finite differences.
 */
class UnrolledGradientTest {
  private static final ImageShape SHAPE = new ImageShape(4, 4, 1);
  private static final int ROWS = 3;

  /** {@code answer = tanh(sum_f w_f feature_f + w_last k)}, pixel by pixel. */
  private static final class Pixelwise implements TrainableNetwork {
    private double[] weights;
    private double[] gradient;

    Pixelwise(double... weights) {
      this.weights = weights;
    }

    private double inner(float[] input, int pixel, int features, int k) {
      double sum = weights[features] * k;
      for (int f = 0; f < features; f++) {
        sum += weights[f] * input[pixel * features + f];
      }
      return sum;
    }

    private int features() {
      return weights.length - 1;
    }

    @Override
    public float[] predict(float[] input, float[] zero, int[] t) {
      int pixels = input.length / features();
      var out = new float[pixels];
      for (int p = 0; p < pixels; p++) {
        out[p] = (float) Math.tanh(inner(input, p, features(), t[p * t.length / pixels]));
      }
      return out;
    }

    @Override
    public float[] vectorJacobian(float[] input, float[] zero, int[] t, float[] v) {
      int pixels = input.length / features();
      var out = new float[input.length];
      for (int p = 0; p < pixels; p++) {
        double answer = Math.tanh(inner(input, p, features(), t[p * t.length / pixels]));
        for (int f = 0; f < features(); f++) {
          out[p * features() + f] = (float) (v[p] * (1 - answer * answer) * weights[f]);
        }
      }
      return out;
    }

    /** The gradient of the mean squared error, as the trainer's graph has it. */
    @Override
    public float[] step(float[] in, float[] g, int[] t, float[] want, double rate, double decay) {
      int pixels = in.length / features();
      gradient = new double[weights.length];
      for (int p = 0; p < pixels; p++) {
        int k = t[p * t.length / pixels];
        double answer = Math.tanh(inner(in, p, features(), k));
        double slope = 2 * (answer - want[p]) / pixels * (1 - answer * answer);
        for (int f = 0; f < features(); f++) {
          gradient[f] += slope * in[p * features() + f];
        }
        gradient[features()] += slope * k;
      }
      return new float[t.length];
    }

    @Override
    public Map<String, FloatTensor> averagedWeights() {
      return Map.of();
    }

    @Override
    public Map<String, FloatTensor> state() {
      return Map.of();
    }

    @Override
    public void restore(Map<String, FloatTensor> state) {}

    @Override
    public void warmStart(Map<String, FloatTensor> weights) {}

    @Override
    public long parameters() {
      return weights.length;
    }

    @Override
    public void close() {}
  }

  @ParameterizedTest
  @CsvSource({"ct, 3, 0.1", "ct, 1, 0.3", "inpainting, 4, 0.2", "ct, 1, 0"})
  void shouldDescendTheErrorOfTheLastImage(String kind, int iterations, double tau) {
    var operator = operator(kind);
    var unrolling = new Unrolling(iterations, tau);
    var network = new Pixelwise(weights(operator));
    var batches = batches(unrolling, operator, network);
    var batch = batches.batch(5);
    network.step(batch.input(), batch.gradient(), batch.timesteps(), batch.target(), 0, 0);

    for (int w = 0; w < network.weights.length; w++) {
      double reach = 1e-2;
      double slope =
          (loss(unrolling, operator, network, w, reach)
                  - loss(unrolling, operator, network, w, -reach))
              / (2 * reach);
      assertThat(network.gradient[w])
          .as("weight " + w)
          .isCloseTo(slope, within(2e-4 + 0.01 * Math.abs(slope)));
    }
    assertThat(batch.timesteps()).hasSize(ROWS * iterations);
  }

  @Test
  void shouldReportTheErrorOfTheLastImage() {
    var operator = operator("ct");
    var unrolling = new Unrolling(3, 0.1);
    var network = new Pixelwise(weights(operator));
    var batches = batches(unrolling, operator, network);

    batches.batch(5);

    assertThat(batches.loss(-1)).isCloseTo(loss(unrolling, operator, network, 0, 0), within(1e-6));
    var plain = batches(Unrolling.REGRESSION, operator, network);
    plain.batch(5);
    assertThat(plain.loss(0.25)).isEqualTo(0.25);
  }

  /** The mean squared error of the images of the fifth batch, with one weight moved. */
  private static double loss(
      Unrolling unrolling, ForwardOperator operator, Pixelwise network, int weight, double by) {
    var moved = network.weights.clone();
    moved[weight] += by;
    var other = new Pixelwise(moved);
    var seen = new ArrayList<float[]>();
    var measured = new ArrayList<BoundMeasurement>();
    // The same batch, with what it was made of.
    new RegressionBatches(unrolling, pairs(operator, seen, measured), other, ROWS, 3).batch(5);
    var images = unrolling.images(measured, (features, k) -> other.predict(features, null, k));
    double sum = 0;
    for (int r = 0; r < ROWS; r++) {
      for (int i = 0; i < SHAPE.size(); i++) {
        double error = (double) images.get(r)[i] - seen.get(r)[i];
        sum += error * error / SHAPE.size() / ROWS;
      }
    }
    return sum;
  }

  private static RegressionBatches batches(
      Unrolling unrolling, ForwardOperator operator, Pixelwise network) {
    return new RegressionBatches(
        unrolling, pairs(operator, new ArrayList<>(), new ArrayList<>()), network, ROWS, 3);
  }

  /** Pairs that note what they were asked for. */
  private static LabelledPairs pairs(
      ForwardOperator operator, List<float[]> seen, List<BoundMeasurement> measured) {
    var truths =
        new Truths() {
          @Override
          public ImageShape shape() {
            return SHAPE;
          }

          @Override
          public int size() {
            return 7;
          }

          @Override
          public float[] truth(int index, RandomGenerator random) {
            var image = new float[SHAPE.size()];
            for (int i = 0; i < image.length; i++) {
              image[i] = (float) (0.7 * Math.sin(i * (index + 1)));
            }
            return image;
          }
        };
    var simulated = LabelledPairs.simulated(truths, operator);
    return new LabelledPairs() {
      @Override
      public ImageShape shape() {
        return SHAPE;
      }

      @Override
      public int size() {
        return simulated.size();
      }

      @Override
      public float[] truth(int index, RandomGenerator random) {
        return simulated.truth(index, random);
      }

      @Override
      public synchronized BoundMeasurement measurement(
          int index, float[] truth, RandomGenerator random) {
        var m = simulated.measurement(index, truth, random);
        seen.add(truth);
        measured.add(m);
        return m;
      }
    };
  }

  /** What a proximal point moves by is what its system says: the closed form of the Jacobian. */
  @Test
  void shouldMakeAnImageConsistentWithItsMeasurement() {
    var operator = operator("ct");
    var matrix = Dense.matrix(operator);
    var random = new Random(1);
    var truth = new float[SHAPE.size()];
    for (int i = 0; i < truth.length; i++) {
      truth[i] = (float) Math.tanh(random.nextGaussian());
    }
    var m = BoundMeasurement.of(operator, operator.simulate(truth, random));
    double tau = 0.2;
    double rho = 0.1 * 0.1 / (tau * tau);

    // One iteration of a network that answers 0.
    var image = new Unrolling(1, tau).images(List.of(m), (f, k) -> new float[SHAPE.size()]).get(0);

    var start = Dense.doubles(operator.pseudoInverse(m.measurement()));
    var transposed = Dense.transpose(matrix);
    var system = Dense.plus(Dense.times(transposed, matrix), Dense.identity(16, rho), 1);
    var right = Dense.times(transposed, Dense.doubles(m.measurement()));
    for (int i = 0; i < right.length; i++) {
      right[i] += rho * start[i];
    }
    var expected = Dense.times(Dense.inverse(system), right);
    assertThat(Dense.doubles(image)).containsExactly(expected, within(1e-3));
  }

  @Test
  void shouldRefuseWhatCannotBeUnrolled() {
    assertThatThrownBy(() -> new Unrolling(2, 0))
        .hasMessage("tau must be above 0: nothing else tells one iteration from the next");
    assertThatThrownBy(() -> new Unrolling(33, 1))
        .hasMessage("iterations must be from 1 to 32, got 33");
    assertThatThrownBy(() -> new Unrolling(2, 0.1).require(operator("hdr")))
        .hasMessageContaining("for linear operators only, not for hdr");
  }

  private static double[] weights(ForwardOperator operator) {
    var weights = new double[Unrolling.channels(operator) + 1];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = 0.4 - 0.3 * i;
    }
    return weights;
  }

  private static ForwardOperator operator(String kind) {
    String fields =
        switch (kind) {
          case "ct" -> "'kind':'ct-parallel','views':3,'detectorBins':6";
          case "hdr" -> "'kind':'hdr'";
          default -> "'kind':'inpainting','mask':{'type':'box','leastHidden':0.2,'mostHidden':0.4}";
        };
    try {
      var json = ("{" + fields + ",'noise':{'type':'gaussian','sigma':0.1}}").replace('\'', '"');
      return Operators.create(new ObjectMapper().readTree(json), SHAPE);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }
}
