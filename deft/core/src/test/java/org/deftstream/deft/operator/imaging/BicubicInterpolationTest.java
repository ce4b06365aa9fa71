package org.deftstream.deft.operator.imaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.deftstream.deft.image.ImageShape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BicubicInterpolationTest {
  /** Keys' kernel gives back what is of second degree, away from the borders. */
  @ParameterizedTest
  @CsvSource({"2, 1", "4, 3", "3, 2"})
  void shouldGiveBackASurfaceOfSecondDegree(int factor, int channels) {
    int height = 10;
    int width = 12;
    var small = new float[height * width * channels];
    for (int i = 0; i < small.length; i++) {
      int pixel = i / channels;
      small[i] = surface(pixel / width, pixel % width, i % channels);
    }
    var large = new ImageShape(height * factor, width * factor, channels);

    float[] enlarged = BicubicInterpolation.enlarge(small, factor, large);

    for (int y = 2 * factor; y < (height - 2) * factor; y++) {
      for (int x = 2 * factor; x < (width - 2) * factor; x++) {
        for (int c = 0; c < channels; c++) {
          assertThat(enlarged[(y * large.width() + x) * channels + c])
              .isCloseTo(
                  surface((y + 0.5) / factor - 0.5, (x + 0.5) / factor - 0.5, c), within(1e-4f));
        }
      }
    }
  }

  private static float surface(double y, double x, int channel) {
    return (float) (0.3 + 0.02 * y * y - 0.01 * x * y + 0.05 * x * (channel + 1));
  }

  @Test
  void shouldRefuseSizesThatDoNotAgree() {
    assertThatThrownBy(
            () -> BicubicInterpolation.enlarge(new float[12], 2, new ImageShape(8, 8, 1)))
        .hasMessage("12 values cannot be enlarged by 2 to " + new ImageShape(8, 8, 1));
  }
}
