package org.deftstream.deft.operator.tomography;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class FlatFieldTest {
  private static final int BINS = 200;
  private static final int VIEWS = 60;
  private static final double PER_PHOTON = 3; // counts
  private static final double DARK = 100;

  private final Random random = new Random(1);

  private double counted(double beam, double integral) {
    double photons = beam * Math.exp(-integral) / PER_PHOTON;
    return DARK + PER_PHOTON * (photons + Math.sqrt(photons) * random.nextGaussian());
  }

  private static double beam(int bin) {
    return 20_000 + 10_000 * Math.sin(bin * 0.1);
  }

  private static double integral(int bin) {
    return bin < 50 ? 0 : 0.01 * bin;
  }

  private float[] exposures(int count, boolean beam, boolean object) {
    var values = new float[count * BINS];
    for (int i = 0; i < values.length; i++) {
      int bin = i % BINS;
      values[i] = (float) (beam ? counted(beam(bin), object ? integral(bin) : 0) : DARK);
    }
    return values;
  }

  @Test
  void shouldFindTheIntegralsAndTheirDeviations() {
    var scan =
        FlatField.of(
            exposures(VIEWS, true, true),
            exposures(10, true, false),
            exposures(5, false, false),
            BINS);

    double squares = 0;
    for (int i = 0; i < VIEWS * BINS; i++) {
      double error = scan.integrals()[i] - integral(i % BINS);
      assertThat(Math.abs(error)).isLessThan(7 * scan.sigma()[i]);
      squares += error * error / scan.sigma()[i] / scan.sigma()[i] / (VIEWS * BINS);
    }
    assertThat(squares).as("in units of the stated deviations").isCloseTo(1, within(0.15));
    assertThat(scan.sigma()[199]).as("behind much").isGreaterThan(2 * scan.sigma()[10]);
  }

  @Test
  void shouldTakeRingsAway() {
    float[] counts = exposures(VIEWS, true, true);
    for (int i = 77; i < counts.length; i += BINS) {
      counts[i] *= 0.9f; // One bin sees less than it did without the object.
    }
    var scan = FlatField.of(counts, exposures(10, true, false), exposures(5, false, false), BINS);

    double before = meanOf(scan.integrals(), 77) - integral(77);
    double after = meanOf(scan.withoutRings(BINS, 4).integrals(), 77) - integral(77);

    assertThat(before).isCloseTo(-Math.log(0.9), within(0.01));
    assertThat(after).isCloseTo(0, within(0.02));
  }

  private static double meanOf(float[] integrals, int bin) {
    double sum = 0;
    for (int i = bin; i < integrals.length; i += BINS) {
      sum += integrals[i] / VIEWS;
    }
    return sum;
  }

  @Test
  void shouldSayWhatDoesNotFit() {
    assertThatThrownBy(() -> FlatField.of(new float[7], new float[3], new float[3], 3))
        .hasMessage("counts: 7 values are not exposures of 3 bins");
    assertThatThrownBy(() -> FlatField.of(new float[3], new float[3], new float[3], 3))
        .hasMessage("bin 0: the beam counts 0.0, not more than the dark 0.0");
    assertThatThrownBy(() -> FlatField.of(new float[] {Float.NaN}, new float[1], new float[1], 1))
        .hasMessage("counts hold NaN");
  }
}
