package org.deftstream.devstack.instruments;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.deftstream.deft.image.ImageShape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RingTest {
  private static final ImageShape SHAPE = new ImageShape(64, 64, 1);
  private final Ring rings = new Ring(SHAPE, 120);

  @ParameterizedTest
  @CsvSource({"36, 10", "40, 150", "42, 180", "44, 300", "50, 90"})
  void shouldMeasureWhatWasDrawn(double diameter, double degrees) {
    var measured = rings.of(rings.image(diameter, degrees, 12));

    assertThat(measured.diameter()).isCloseTo(diameter, within(1.0));
    double turn = Math.abs(measured.brighterDegrees() - degrees);
    assertThat(Math.min(turn, 360 - turn)).isLessThan(3);
  }

  /** Wherever it lies: here four pixels south and three west. */
  @Test
  void shouldMeasureARingThatIsNotInTheMiddle() {
    float[] image = rings.image(40, 180, 12);
    var moved = new float[image.length];
    Arrays.fill(moved, -1);
    for (int y = 0; y < 60; y++) {
      System.arraycopy(image, y * 64, moved, (y + 4) * 64 + 3, 61);
    }
    assertThat(rings.of(moved).diameter()).isCloseTo(40, within(1.0));
  }

  /** 0.6 Jansky, where the whole field sends 12 at a value of 1. */
  @Test
  void shouldSendTheFluxOfM87() {
    double sum = 0;
    for (float value : rings.image(42, 180, 12)) {
      sum += (value + 1) / 2 * 12 / SHAPE.size();
    }
    assertThat(sum).isCloseTo(0.6, within(1e-5));
  }
}
