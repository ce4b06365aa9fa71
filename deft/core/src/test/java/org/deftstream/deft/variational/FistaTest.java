package org.deftstream.deft.variational;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.metrics.Psnr;
import org.deftstream.deft.operator.ForwardOperator;
import org.deftstream.deft.operator.OperatorTestCases;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FistaTest {
  private static final double NONE = Double.POSITIVE_INFINITY;
  private final Random random = new Random(1);

  private float[] noise(int size, double sigma) {
    var values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = (float) (sigma * random.nextGaussian());
    }
    return values;
  }

  private static double squares(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (a[i] - (double) b[i]) * (a[i] - (double) b[i]);
    }
    return sum;
  }

  /** No image nearby is better: neither in random directions nor towards flatter ones. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void shouldFindTheProximalPointOfTheTotalVariation(int channels) {
    var shape = new ImageShape(9, 14, channels);
    var x = noise(shape.size(), 1);
    var penalty = new TotalVariation(shape, -0.8, NONE, 3000);
    double weight = 0.4;

    float[] point = penalty.proximal(x, weight);

    double cost = squares(point, x) / 2 + weight * penalty.of(point);
    for (int trial = 0; trial < 50; trial++) {
      var nearby = point.clone();
      var direction = noise(shape.size(), 0.02);
      for (int i = 0; i < nearby.length; i++) {
        nearby[i] = Math.max(-0.8f, nearby[i] + direction[i] + (trial % 2) * 0.01f);
      }
      assertThat(squares(nearby, x) / 2 + weight * penalty.of(nearby)).isGreaterThan(cost);
    }
    assertThat(new TotalVariation(shape, -NONE, NONE, 3000).proximal(x, 1e3))
        .as("with much weight, the mean")
        .containsExactly(means(x, channels), within(5e-3f));
  }

  private static float[] means(float[] x, int channels) {
    var means = new float[x.length];
    for (int c = 0; c < channels; c++) {
      double sum = 0;
      for (int i = c; i < x.length; i += channels) {
        sum += x[i];
      }
      for (int i = c; i < x.length; i += channels) {
        means[i] = (float) (sum * channels / x.length);
      }
    }
    return means;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void shouldShrinkWaveletsAndNothingElse(int levels) {
    var shape = new ImageShape(21, 34, 2);
    var x = noise(shape.size(), 1);

    assertThat(new WaveletSparsity(shape, levels, 5).proximal(x, 0))
        .as("the transform is orthonormal")
        .containsExactly(x, within(1e-5f));
    var smooth = new float[64 * 64];
    Arrays.fill(smooth, 0.7f);
    assertThat(new WaveletSparsity(new ImageShape(64, 64, 1), levels, 5).proximal(smooth, 10))
        .as("a constant is all in the coarsest")
        .containsExactly(smooth, within(1e-5f));
    float[] shrunk = new WaveletSparsity(shape, levels, 5).proximal(x, 0.5);
    assertThat(squares(shrunk, new float[x.length]))
        .isLessThan(0.7 * squares(x, new float[x.length]));
  }

  /** The answer of a scan is the one that its optimality condition names. */
  @ParameterizedTest
  @ValueSource(strings = {OperatorTestCases.FAN, OperatorTestCases.DENOISING})
  void shouldReachTheLeastSquaresWithinBounds(String spec) {
    var shape = new ImageShape(12, 15, 1);
    var operator = OperatorTestCases.create(spec, shape);
    var truth = noise(shape.size(), 0.8);
    var y = operator.simulate(truth, random);

    float[] x =
        Fista.reconstruct(
            operator, y, new TotalVariation(shape, -0.5, 0.5, 1), 0, new float[180], 3000);

    float[] uphill = operator.adjoint(operator.unexplained(x, y));
    double scale = OperatorTestCases.norm(operator.adjoint(operator.unexplained(truth, y)));
    for (int i = 0; i < x.length; i++) {
      assertThat(x[i]).isBetween(-0.5f, 0.5f);
      if (x[i] == 0.5f) {
        assertThat(uphill[i]).isGreaterThan((float) (-0.02 * scale));
      } else if (x[i] == -0.5f) {
        assertThat(uphill[i]).isLessThan((float) (0.02 * scale));
      } else {
        assertThat((double) uphill[i]).isCloseTo(0, within(0.02 * scale));
      }
    }
  }

  @Test
  void shouldReconstructFewViewsOfADiscBetterThanFilteredBackProjection() {
    var shape = new ImageShape(48, 48, 1);
    var operator =
        OperatorTestCases.create(
            "{'kind':'ct-parallel','views':12,'detectorBins':69,"
                + "'noise':{'type':'gaussian','sigma':0.02}}",
            shape);
    var disc = OperatorTestCases.picture(48, (a, b) -> a * a + b * b < 0.4, 0.5f);
    var y = operator.simulate(disc, random);
    float[] start = operator.pseudoInverse(y);

    float[] image =
        Fista.reconstruct(operator, y, new TotalVariation(shape, -1, 1, 20), 0.01, start, 200);

    assertThat(Psnr.of(image, disc)).isGreaterThan(Psnr.of(start, disc) + 8);
  }

  @Test
  void shouldReconstructComplexImagesBetterThanZeroFilling() {
    var shape = new ImageShape(32, 32, 2);
    var mask = new float[32 * 32];
    for (int i = 0; i < mask.length; i++) {
      boolean middle = Math.abs(i / 32 - 16) < 5 && Math.abs(i % 32 - 16) < 5;
      mask[i] = middle || random.nextInt(3) == 0 ? 1 : 0;
    }
    ForwardOperator operator =
        OperatorTestCases.create(
                "{'kind':'mri-cartesian','acceleration':1,'centred':true,"
                    + "'noise':{'type':'gaussian','sigma':0.01}}",
                shape)
            .bind(Map.of("mask", mask));
    var truth = new float[shape.size()];
    for (int i = 0; i < truth.length; i += 2) {
      double a = (i / 2 / 32 - 15.5) / 12;
      double b = (i / 2 % 32 - 15.5) / 9;
      truth[i] = a * a + b * b < 1 ? 0.7f : 0;
      truth[i + 1] = truth[i] * 0.3f;
    }
    var y = operator.simulate(truth, random);
    float[] zeroFilled = operator.pseudoInverse(y);

    float[] image =
        Fista.reconstruct(operator, y, new WaveletSparsity(shape, 3, 1), 0.01, zeroFilled, 100);

    assertThat(Psnr.of(image, truth)).isGreaterThan(Psnr.of(zeroFilled, truth) + 4);
  }

  @Test
  void shouldRefuseWhatItCannotSolve() {
    var shape = new ImageShape(8, 8, 1);
    var hdr = OperatorTestCases.create(OperatorTestCases.HDR, shape);
    var none = new TotalVariation(shape, -1, 1, 1);
    assertThatThrownBy(() -> Fista.reconstruct(hdr, new float[64], none, 0, new float[64], 1))
        .hasMessage("fista needs a linear operator, not hdr");
    assertThatThrownBy(() -> new TotalVariation(shape, 1, 1, 1)).hasMessageContaining("least");
    assertThatThrownBy(() -> new WaveletSparsity(shape, 0, 1)).hasMessageContaining("levels");
  }
}
