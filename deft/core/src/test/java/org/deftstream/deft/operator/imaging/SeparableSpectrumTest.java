package org.deftstream.deft.operator.imaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.linalg.CosineTransform;
import org.deftstream.deft.linalg.Resampling;
import org.deftstream.deft.operator.OperatorTestCases;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SeparableSpectrumTest {
  /** Sides from which on the vectors are taken from theory. */
  private static final ImageShape LARGE = new ImageShape(132, 144, 2);

  private final Random random = new Random(1);

  @ParameterizedTest
  @CsvSource({"6,9,1", "8,1,3", "1,15,2", "16,20,3", "23,12,1"})
  void shouldBeTheOrthonormalCosines(int height, int width, int channels) {
    var shape = new ImageShape(height, width, channels);
    var transform = new CosineTransform(shape);
    float[] image = OperatorTestCases.uniform(shape.size(), random);
    float[] coordinates = transform.forward(image);
    for (int i = 0; i < coordinates.length; i++) {
      int pixel = i / channels;
      double sum = 0;
      for (int p = 0; p < height * width; p++) {
        sum +=
            image[p * channels + i % channels]
                * cosine(pixel / width, p / width, height)
                * cosine(pixel % width, p % width, width);
      }
      assertThat((double) coordinates[i]).isCloseTo(sum, within(1e-5));
    }
    assertThat(transform.backward(coordinates)).containsExactly(image, within(1e-5f));
  }

  private static double cosine(int k, int n, int length) {
    return Math.sqrt((k == 0 ? 1.0 : 2.0) / length)
        * Math.cos(Math.PI * k * (2 * n + 1) / (2.0 * length));
  }

  @Test
  void shouldDecomposeABlurAsANumericalDecompositionDoes() {
    var known = SeparableSpectrum.gaussian(LARGE, 1.6);
    var found =
        new SeparableSpectrum(
            Resampling.gaussian(LARGE.height(), 1.6), Resampling.gaussian(LARGE.width(), 1.6), 2);
    assertAlike(known, found, LARGE.size());
  }

  @Test
  void shouldDecomposeAveragesAsANumericalDecompositionDoes() {
    var known = SeparableSpectrum.averages(LARGE, 4);
    var found =
        new SeparableSpectrum(
            Resampling.average(LARGE.height(), 4), Resampling.average(LARGE.width(), 4), 2);
    assertAlike(known, found, LARGE.size() / 16);
  }

  private void assertAlike(SeparableSpectrum known, SeparableSpectrum found, int measured) {
    float[] image = OperatorTestCases.uniform(LARGE.size(), random);
    float[] y = OperatorTestCases.uniform(measured, random);
    for (double rho : new double[] {1e-3, 0.1, 10}) {
      assertThat(known.proximal(image, y, rho))
          .containsExactly(found.proximal(image, y, rho), within(2e-4f));
      assertThat(known.precondition(image, rho))
          .containsExactly(found.precondition(image, rho), within(2e-4f * (float) (1 / rho)));
    }
    assertThat(known.spectralToImage(known.imageToSpectral(image)))
        .containsExactly(image, within(1e-4f));
  }

  /** At a size at which nothing is decomposed any more. */
  @ParameterizedTest
  @CsvSource({"SR,131", "BLUR,131"})
  void shouldSolveForTheProximalPointOfLargeImages(String kind, int half) {
    var shape = new ImageShape(2 * half, 140, 1);
    var operator =
        OperatorTestCases.create(
            kind.equals("SR") ? OperatorTestCases.SR_2 : OperatorTestCases.GAUSSIAN_BLUR, shape);
    float[] x0 = OperatorTestCases.uniform(shape.size(), random);
    float[] y = operator.measure(OperatorTestCases.uniform(shape.size(), random));
    double rho = 0.05;
    float[] x = operator.proximal(x0, y, rho);
    // The gradient of |y - A x|^2 + rho |x - x0|^2 is 0.
    float[] pull = operator.adjoint(operator.unexplained(x, y));
    for (int i = 0; i < x.length; i++) {
      assertThat(pull[i] - rho * (x[i] - x0[i])).isCloseTo(0, within(1e-4));
    }
  }
}
