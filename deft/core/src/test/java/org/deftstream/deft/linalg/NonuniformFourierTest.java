package org.deftstream.deft.linalg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NonuniformFourierTest {
  private static final int SAMPLES = 60;

  private static double[] random(Random random, int count, double size) {
    return random.doubles(count, -size, size).toArray();
  }

  /** Sides that are odd, narrower than the kernel, not square; frequencies beyond the grid's. */
  @ParameterizedTest
  @CsvSource({"32, 32", "7, 12", "1, 9", "3, 2", "20, 45"})
  void shouldBeTheSumOverAllPixels(int height, int width) {
    var random = new Random(1);
    int side = Math.max(height, width);
    double[] ky = random(random, SAMPLES, side / 2.0);
    double[] kx = random(random, SAMPLES, side / 2.0);
    double[] real = random(random, height * width, 1);
    double[] imaginary = random(random, height * width, 1);

    var re = new double[SAMPLES];
    var im = new double[SAMPLES];
    new NonuniformFourier(height, width, ky, kx).transform(real, imaginary, re, im);

    for (int i = 0; i < SAMPLES; i++) {
      double sumReal = 0;
      double sumImaginary = 0;
      for (int y = 0; y < height; y++) {
        for (int x = 0; x < width; x++) {
          double down = ky[i] * (y - (height - 1) / 2.0) / height;
          double across = kx[i] * (x - (width - 1) / 2.0) / width;
          double phase = 2 * Math.PI * (down + across);
          int p = y * width + x;
          sumReal += real[p] * Math.cos(phase) + imaginary[p] * Math.sin(phase);
          sumImaginary += imaginary[p] * Math.cos(phase) - real[p] * Math.sin(phase);
        }
      }
      double tolerance = 1e-8 * Math.sqrt((double) height * width);
      assertThat(re[i]).isCloseTo(sumReal, within(tolerance));
      assertThat(im[i]).isCloseTo(sumImaginary, within(tolerance));
    }
  }

  @ParameterizedTest
  @CsvSource({"16, 16", "5, 8"})
  void shouldHaveItsAdjoint(int height, int width) {
    var random = new Random(2);
    var fourier =
        new NonuniformFourier(
            height, width, random(random, SAMPLES, 8), random(random, SAMPLES, 8));
    double[] real = random(random, height * width, 1);
    double[] imaginary = random(random, height * width, 1);
    double[] sampleReal = random(random, SAMPLES, 1);
    double[] sampleImaginary = random(random, SAMPLES, 1);

    var re = new double[SAMPLES];
    var im = new double[SAMPLES];
    fourier.transform(real, imaginary, re, im);
    var backReal = new double[height * width];
    var backImaginary = new double[height * width];
    fourier.adjoint(sampleReal, sampleImaginary, backReal, backImaginary);

    double there = dot(re, sampleReal) + dot(im, sampleImaginary);
    double back = dot(real, backReal) + dot(imaginary, backImaginary);
    assertThat(back).isCloseTo(there, within(1e-10 * Math.abs(there)));
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }
}
