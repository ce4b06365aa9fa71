package org.deftstream.deft.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CoverageTest {
  private static final int PIXELS = 40_000;

  /** The claim is exact for every number of samples, the smallest included. */
  @ParameterizedTest
  @ValueSource(ints = {2, 4, 16})
  void shouldCoverNominallyWhereTruthAndSamplesAreDrawsOfOneGaussian(int samples) {
    var distances = posterior(samples, 1, 1);

    for (double level : Coverage.levels()) {
      assertThat(Coverage.share(distances, Coverage.quantile(level, samples), 1))
          .isCloseTo(level, within(0.01));
    }
  }

  @Test
  void shouldFindTheFactorThatAnUnderstatedSpreadLacks() {
    var distances = posterior(16, 0.5, 1);

    double factor = Coverage.calibrate(distances, 16);

    assertThat(Coverage.share(distances, Coverage.quantile(0.9, 16), 1)).isLessThan(0.65);
    assertThat(factor).isCloseTo(2, within(0.05));
    // Judged on other draws than those it was found on.
    var other = posterior(16, 0.5, 2);
    assertThat(Coverage.share(other, Coverage.quantile(0.9, 16), factor))
        .isCloseTo(0.9, within(0.01));
  }

  @Test
  void shouldTakePixelsThatAllSamplesAgreeOnAsCoveredOnlyWhereTheyAreRight() {
    var truth = new float[] {0.5f, 0.5f};
    var mean = new float[] {0.5f, 0.4f};

    var distances = Coverage.distances(truth, mean, new float[2], 4);

    assertThat(distances).containsExactly(0, Double.POSITIVE_INFINITY);
    assertThat(Coverage.share(distances, Coverage.quantile(0.95, 4), 100)).isEqualTo(0.5);
  }

  @Test
  void shouldApproachTheNormalQuantileWithManySamples() {
    assertThat(Coverage.quantile(0.95, 100_000)).isCloseTo(1.95996, within(1e-3));
  }

  @Test
  void shouldRefuseASingleSample() {
    assertThatThrownBy(() -> Coverage.quantile(0.9, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("an interval needs at least two samples, got 1");
  }

  /** Distances of pixels whose samples have {@code spread} times the truth's deviation of 1. */
  private static double[] posterior(int samples, double spread, long seed) {
    var random = new SplittableRandom(seed);
    var truth = new float[PIXELS];
    var mean = new float[PIXELS];
    var deviation = new float[PIXELS];
    for (int i = 0; i < PIXELS; i++) {
      double centre = 3 * random.nextGaussian();
      double sum = 0;
      double squares = 0;
      for (int k = 0; k < samples; k++) {
        double sample = spread * random.nextGaussian();
        sum += sample;
        squares += sample * sample;
      }
      truth[i] = (float) (centre + drawn(random, samples, spread));
      mean[i] = (float) (centre + sum / samples);
      deviation[i] = (float) Math.sqrt((squares - sum * sum / samples) / (samples - 1));
    }
    return Coverage.distances(truth, mean, deviation, samples);
  }

  /**
   * With an understated spread, the mean's own error is small, and the truth's is left as it is.
   */
  private static double drawn(SplittableRandom random, int samples, double spread) {
    double variance = (1 + 1.0 / samples) - spread * spread / samples;
    return Math.sqrt(variance) * random.nextGaussian();
  }
}
