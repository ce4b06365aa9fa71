package org.deftstream.devstack.instruments;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import java.util.Arrays;
import java.util.List;
import org.deftstream.deft.image.ImageShape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RingTest {
  private static final ImageShape SHAPE = new ImageShape(64, 64, 1);
  private static final double FLUX = 0.05;
  private final Ring rings = new Ring(SHAPE, 120);

  @ParameterizedTest
  @CsvSource({"36, 10", "40, 150", "42, 180", "44, 300", "50, 90"})
  void shouldMeasureWhatWasDrawn(double diameter, double degrees) {
    var measured = rings.of(rings.image(diameter, degrees, FLUX));

    assertThat(measured.diameter()).isCloseTo(diameter, within(1.0));
    double turn = Math.abs(measured.brighterDegrees() - degrees);
    assertThat(Math.min(turn, 360 - turn)).isLessThan(3);
  }

  /** Wherever it lies: here up to fourteen pixels south and as many west, a fifth of the field. */
  @ParameterizedTest
  @CsvSource({"4, 3", "14, 10", "1, 14"})
  void shouldMeasureARingThatIsNotInTheMiddle(int south, int west) {
    assertThat(rings.of(moved(rings.image(40, 180, FLUX), south, west)).diameter())
        .isCloseTo(40, within(1.0));
  }

  @Test
  void shouldLayRingsOntoEachOther() {
    float[] image = rings.image(40, 180, FLUX);

    var overlay = rings.overlay(List.of(moved(image, 4, 3), moved(image, 11, 0), image));

    double error = 0;
    double spread = 0;
    double light = 0;
    for (int i = 0; i < image.length; i++) {
      double off = overlay.mean()[i] - image[i];
      error += off * off;
      spread += overlay.deviation()[i] * overlay.deviation()[i];
      light += (image[i] + 1) * (image[i] + 1);
    }
    assertThat(Math.sqrt(error / light)).isLessThan(0.1);
    // Of images that were not moved it would be two thirds of the light.
    assertThat(Math.sqrt(spread / light)).isLessThan(0.1);
  }

  private static float[] moved(float[] image, int south, int west) {
    var moved = new float[image.length];
    Arrays.fill(moved, -1);
    for (int y = 0; y < 64 - south; y++) {
      System.arraycopy(image, y * 64, moved, (y + south) * 64 + west, 64 - west);
    }
    return moved;
  }

  @Test
  void shouldSendTheFluxThatIsAskedFor() {
    double sum = 0;
    for (float value : rings.image(42, 180, FLUX)) {
      sum += (value + 1) / 2 / SHAPE.size();
    }
    assertThat(sum).isCloseTo(FLUX, within(1e-5));
  }

  @Test
  void shouldSpreadWhereRingsDiffer() {
    float[] bright = rings.image(40, 180, FLUX);
    float[] faint = rings.image(40, 180, FLUX / 2);

    var overlay = rings.overlay(List.of(bright, faint));

    double spread = 0;
    double expected = 0;
    for (int i = 0; i < bright.length; i++) {
      spread += overlay.deviation()[i];
      expected += Math.abs(bright[i] - faint[i]) / Math.sqrt(2);
    }
    assertThat(spread).isCloseTo(expected, withinPercentage(1));
  }
}
