package org.deftstream.deft.linalg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RealFourierTest {
  @ParameterizedTest
  @CsvSource({"8,4,8", "8,4,3", "4,16,2", "2,2,1", "64,32,32", "6,10,6", "30,14,9"})
  void shouldKeepHalfOfTheBinsOfTheComplexTransform(int height, int width, int filledRows) {
    var image = image(height, width, filledRows);
    var re = image.clone();
    var im = new double[image.length];
    new Fourier(height, width).transform(re, im, false);
    var transform = new RealFourier(height, width);
    var real = filled(transform.bins());
    var imaginary = filled(transform.bins());

    transform.forward(image, real, imaginary);

    int columns = width / 2 + 1;
    for (int i = 0; i < height; i++) {
      for (int j = 0; j < columns; j++) {
        assertThat(real[i * columns + j]).isCloseTo(re[i * width + j], within(1e-12));
        assertThat(imaginary[i * columns + j]).isCloseTo(im[i * width + j], within(1e-12));
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"8,4,8", "8,4,3", "4,16,2", "2,2,1", "64,32,32", "6,10,6", "30,14,9"})
  void shouldComeBackToTheWantedRows(int height, int width, int rows) {
    var image = image(height, width, height);
    var transform = new RealFourier(height, width);
    var real = new double[transform.bins()];
    var imaginary = new double[transform.bins()];
    var back = new double[image.length];

    transform.forward(image, real, imaginary);
    transform.backward(real, imaginary, back, rows);

    assertThat(Arrays.copyOf(back, rows * width))
        .containsExactly(Arrays.copyOf(image, rows * width), within(1e-12));
  }

  @Test
  void shouldTakeTheMeanOfABinAndItsMirrorImage() {
    var values = new float[8];
    for (int bin = 0; bin < 8; bin++) {
      values[bin] = 1 << bin;
    }

    assertThat(new RealFourier(2, 4).symmetric(values, 1, 0))
        .containsExactly(1, (2 + 8) / 2.0, 4, 16, (32 + 128) / 2.0, 64);
    assertThat(new RealFourier(2, 2).symmetric(values, 2, 1)).containsExactly(2, 8, 32, 128);
  }

  @Test
  void shouldRefuseASideOfOne() {
    assertThatThrownBy(() -> new RealFourier(1, 8)).hasMessage("sides must be even, got 1x8");
    assertThatThrownBy(() -> new RealFourier(8, 1)).isInstanceOf(IllegalArgumentException.class);
  }

  private static double[] image(int height, int width, int filledRows) {
    var random = new Random(1);
    var image = new double[height * width];
    for (int i = 0; i < filledRows * width; i++) {
      image[i] = random.nextGaussian();
    }
    return image;
  }

  /** What a transform before may have left. */
  private static double[] filled(int size) {
    var out = new double[size];
    Arrays.fill(out, 7);
    return out;
  }
}
