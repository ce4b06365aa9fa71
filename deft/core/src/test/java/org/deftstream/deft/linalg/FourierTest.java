package org.deftstream.deft.linalg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FourierTest {
  @ParameterizedTest
  @CsvSource({
    "8,4,8",
    "4,16,2",
    "1,8,1",
    "8,1,5",
    "1,1,1",
    "6,10,6",
    "15,7,4",
    "12,23,12",
    "1,29,1",
    "18,1,18"
  })
  void shouldBeTheUnitarySumOfWaves(int height, int width, int filledRows) {
    var random = new Random(1);
    var real = new double[height * width];
    var imaginary = new double[height * width];
    for (int i = 0; i < filledRows * width; i++) {
      real[i] = random.nextGaussian();
      imaginary[i] = random.nextGaussian();
    }
    for (boolean backward : new boolean[] {false, true}) {
      var re = real.clone();
      var im = imaginary.clone();

      new Fourier(height, width).transform(re, im, backward);

      for (int k = 0; k < re.length; k++) {
        double sumReal = 0;
        double sumImaginary = 0;
        for (int i = 0; i < re.length; i++) {
          double turns =
              (double) (k / width) * (i / width) / height
                  + (double) (k % width) * (i % width) / width;
          double angle = (backward ? 2 : -2) * Math.PI * turns;
          sumReal += real[i] * Math.cos(angle) - imaginary[i] * Math.sin(angle);
          sumImaginary += real[i] * Math.sin(angle) + imaginary[i] * Math.cos(angle);
        }
        double scale = Math.sqrt(height * width);
        assertThat(re[k]).isCloseTo(sumReal / scale, within(1e-12));
        assertThat(im[k]).isCloseTo(sumImaginary / scale, within(1e-12));
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"64,32", "60,93", "49,22", "257,6", "1,521"})
  void shouldComeBackByItsInverse(int height, int width) {
    var random = new Random(2);
    var real = random.doubles((long) height * width).toArray();
    var imaginary = random.doubles((long) height * width).toArray();
    var re = real.clone();
    var im = imaginary.clone();
    var fourier = new Fourier(height, width);

    fourier.transform(re, im, false);
    fourier.transform(re, im, true);

    assertThat(re).containsExactly(real, within(1e-12));
    assertThat(im).containsExactly(imaginary, within(1e-12));
  }
}
