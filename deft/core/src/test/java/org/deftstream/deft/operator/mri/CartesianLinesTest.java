package org.deftstream.deft.operator.mri;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import org.deftstream.deft.image.ImageShape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CartesianLinesTest {
  private static final int HEIGHT = 64;
  private static final int WIDTH = 16;

  @ParameterizedTest
  @CsvSource({"1, 0.08, 64, 5", "2, 0.25, 32, 16", "4, 0.08, 16, 5", "4, 1, 16, 16", "8, 0, 8, 1"})
  void shouldSampleTheCentreAndAsManyLinesAsTheAccelerationLeaves(
      double acceleration, double centreFraction, int count, int centre) {
    var lines = lines(acceleration, centreFraction, 0);

    assertThat(lines).hasSize(count).isSorted().doesNotHaveDuplicates();
    for (int i = 0; i < centre; i++) {
      assertThat(lines).contains(i - centre / 2);
    }
  }

  @Test
  void shouldScatterTheOtherLinesByTheSeed() {
    var lines = lines(4, 0.08, 3);

    assertThat(lines).isEqualTo(lines(4, 0.08, 3)).isNotEqualTo(lines(4, 0.08, 4));
    assertThat(lines.get(0)).as("far below the centre").isLessThan(-HEIGHT / 4);
    assertThat(lines.get(lines.size() - 1)).as("far above").isGreaterThan(HEIGHT / 4);
  }

  /** The frequencies of the lines, from what each answers to pure waves down the image. */
  private static List<Integer> lines(double acceleration, double centreFraction, int seed) {
    var grid =
        new CartesianLines(new ImageShape(HEIGHT, WIDTH, 1), acceleration, centreFraction, seed);
    var frequencies = new Integer[grid.readouts()];
    for (int frequency = -HEIGHT / 2; frequency < HEIGHT / 2; frequency++) {
      var real = new double[HEIGHT * WIDTH];
      var imaginary = new double[HEIGHT * WIDTH];
      for (int i = 0; i < real.length; i++) {
        double phase = 2 * Math.PI * frequency * (i / WIDTH) / HEIGHT;
        real[i] = Math.cos(phase);
        imaginary[i] = Math.sin(phase);
      }
      var sampleReal = new double[grid.readouts() * grid.samples()];
      var sampleImaginary = new double[sampleReal.length];
      grid.measure(real, imaginary, sampleReal, sampleImaginary);
      for (int i = 0; i < sampleReal.length; i++) {
        double modulus = Math.hypot(sampleReal[i], sampleImaginary[i]);
        if (modulus > 1e-6) {
          // A wave down the image is constant across: in the middle of its line, and nowhere else.
          assertThat(i % WIDTH).isEqualTo(WIDTH / 2);
          assertThat(modulus).isCloseTo(Math.sqrt(HEIGHT * WIDTH), within(1e-6));
          assertThat(frequencies[i / WIDTH]).isNull();
          frequencies[i / WIDTH] = frequency;
        }
      }
    }
    assertThat(frequencies).doesNotContainNull();
    return new ArrayList<>(List.of(frequencies));
  }
}
