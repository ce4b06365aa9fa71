package org.deftstream.deft.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import org.deftstream.deft.image.ImageShape;
import org.junit.jupiter.api.Test;

class MetricsTest {
  private static final ImageShape SHAPE = new ImageShape(13, 12, 2);

  @Test
  void shouldComputePsnrOverTheRangeOfTwo() {
    assertThat(Psnr.of(new float[] {0.1f, -0.1f}, new float[2])).isCloseTo(26.0206, within(1e-4));
    assertThat(Psnr.of(new float[2], new float[2])).isEqualTo(Double.POSITIVE_INFINITY);
    assertThatThrownBy(() -> Psnr.of(new float[2], new float[3]))
        .hasMessage("images differ in size: 2 and 3 values");
  }

  @Test
  void shouldComputeSsimAsItsDefinitionSays() {
    var a = noise(1);
    var b = noise(2);
    for (int i = 0; i < b.length; i++) {
      b[i] = 0.6f * a[i] + 0.4f * b[i] + 0.1f;
    }

    assertThat(Ssim.of(a, b, SHAPE)).isCloseTo(ssimByDefinition(a, b), within(1e-12));
    assertThat(Ssim.of(a, b, SHAPE)).isEqualTo(Ssim.of(b, a, SHAPE)).isBetween(0.1, 0.9);
    assertThat(Ssim.of(a, a, SHAPE)).isCloseTo(1, within(1e-12));
  }

  @Test
  void shouldRefuseImagesThatTheWindowDoesNotFit() {
    assertThatThrownBy(() -> Ssim.of(new float[100], new float[100], new ImageShape(10, 10, 1)))
        .hasMessage("SSIM needs images of at least 11x11, got 10x10x1");
  }

  @Test
  void shouldCoverTheTruthAboutNineteenTimesInTwenty() {
    var random = new Random(11);
    int covered = 0;
    int trials = 300;
    for (int trial = 0; trial < trials; trial++) {
      var values = random.doubles(40).map(u -> 30 + 4 * (u - 0.5)).toArray();
      var interval = Bootstrap.mean(values, trial);
      assertThat(interval.low()).isLessThan(interval.mean());
      assertThat(interval.high()).isGreaterThan(interval.mean());
      covered += interval.low() <= 30 && 30 <= interval.high() ? 1 : 0;
    }
    assertThat(covered / (double) trials).isBetween(0.9, 0.98);
  }

  @Test
  void shouldSeeInPairsWhatTheSpreadOfImagesHides() {
    var random = new Random(12);
    var worse = random.doubles(60).map(u -> 25 + 10 * u).toArray();
    var better = Arrays.stream(worse).map(v -> v + 0.3 + 0.2 * random.nextGaussian()).toArray();

    var paired = Bootstrap.paired(better, worse, 1);

    assertThat(paired.low()).isPositive();
    assertThat(paired.mean()).isCloseTo(0.3, within(0.1));
    assertThat(Bootstrap.mean(better, 1).low()).isLessThan(Bootstrap.mean(worse, 1).high());
    assertThat(Bootstrap.paired(better, worse, 1)).isEqualTo(paired);
    assertThatThrownBy(() -> Bootstrap.paired(better, new double[3], 1)).hasMessageContaining("60");
    assertThatThrownBy(() -> Bootstrap.mean(new double[0], 1)).hasMessageContaining("at least one");
  }

  /** Straight from the paper: weighted moments around each position, in two dimensions. */
  private static double ssimByDefinition(float[] a, float[] b) {
    double sum = 0;
    int count = 0;
    for (int c = 0; c < SHAPE.channels(); c++) {
      for (int row = 5; row < SHAPE.height() - 5; row++) {
        for (int column = 5; column < SHAPE.width() - 5; column++) {
          sum += at(a, b, row, column, c);
          count++;
        }
      }
    }
    return sum / count;
  }

  private static double at(float[] a, float[] b, int row, int column, int channel) {
    double[] sums = new double[6]; // weight, a, b, aa, bb, ab
    for (int pass = 0; pass < 2; pass++) {
      for (int r = -5; r <= 5; r++) {
        for (int c = -5; c <= 5; c++) {
          int i = ((row + r) * SHAPE.width() + column + c) * SHAPE.channels() + channel;
          double weight = Math.exp(-(r * r + c * c) / 4.5);
          if (pass == 0) {
            sums[0] += weight;
            sums[1] += weight * a[i];
            sums[2] += weight * b[i];
          } else {
            double da = a[i] - sums[1] / sums[0];
            double db = b[i] - sums[2] / sums[0];
            sums[3] += weight * da * da;
            sums[4] += weight * db * db;
            sums[5] += weight * da * db;
          }
        }
      }
    }
    double meanA = sums[1] / sums[0];
    double meanB = sums[2] / sums[0];
    double c1 = 0.0004;
    double c2 = 0.0036;
    return (2 * meanA * meanB + c1)
        * (2 * sums[5] / sums[0] + c2)
        / ((meanA * meanA + meanB * meanB + c1) * ((sums[3] + sums[4]) / sums[0] + c2));
  }

  private static float[] noise(long seed) {
    var random = new Random(seed);
    var out = new float[SHAPE.size()];
    for (int i = 0; i < out.length; i++) {
      out[i] = 2 * random.nextFloat() - 1;
    }
    return out;
  }

  /** Fewer features than dimensions, most of them 0: the covariance has hardly an eigenvalue. */
  @Test
  void shouldFindTheDistanceOfFewSparseFeatures() {
    for (int seed = 0; seed < 200; seed++) {
      var random = new SplittableRandom(seed);
      List<float[]> features = new ArrayList<>();
      List<float[]> shifted = new ArrayList<>();
      for (int k = 0; k < 3; k++) {
        float[] feature = new float[128];
        for (int i = 0; i < feature.length; i++) {
          feature[i] = random.nextDouble() < 0.95 ? 0 : (float) random.nextDouble();
        }
        features.add(feature);
        float[] moved = feature.clone();
        moved[5] += 2;
        shifted.add(moved);
      }
      assertThat(FrechetDistance.of(features, shifted))
          .as("seed %d", seed)
          .isCloseTo(4, within(1e-4));
    }
  }
}
