package org.deftstream.deft.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.deftstream.deft.metrics.FrechetDistance.Moments;
import org.junit.jupiter.api.Test;

class DistributionDistanceTest {
  @Test
  void shouldMeasureTheFrechetDistanceOfGaussiansWithDiagonalCovariances() {
    // |m1 - m2|^2 + sum (s1 - s2)^2 of the standard deviations.
    var a = new Moments(new double[] {1, 2, 3}, diagonal(1, 4, 9));
    var b = new Moments(new double[] {1, 0, 3}, diagonal(4, 4, 1));

    assertThat(FrechetDistance.of(a, b)).isCloseTo(4 + 1 + 0 + 4, within(1e-9));
  }

  @Test
  void shouldMeasureTheFrechetDistanceOfCovariancesThatDoNotCommute() {
    // In two dimensions tr sqrt(M) = sqrt(tr M + 2 sqrt(det M)), here of M = C1 C2.
    double[][] c1 = {{2, 1}, {1, 3}};
    double[][] c2 = {{4, -1}, {-1, 1}};
    double trace = 2 * 4 - 1 + (-1 + 3);
    double determinant = (6 - 1) * (4 - 1);
    double expected = 5 + 5 - 2 * Math.sqrt(trace + 2 * Math.sqrt(determinant));

    var distance =
        FrechetDistance.of(new Moments(new double[2], c1), new Moments(new double[2], c2));

    assertThat(distance).isCloseTo(expected, within(1e-9));
  }

  @Test
  void shouldFindNoFrechetDistanceOfASetToItselfEvenWithFewerImagesThanFeatures() {
    var few = draw(6, 10, 0, new SplittableRandom(1));

    assertThat(FrechetDistance.of(few, few)).isCloseTo(0, within(1e-6));
  }

  @Test
  void shouldEstimateMomentsWithDivisorNMinusOne() {
    var moments = Moments.of(List.of(new float[] {1, 0}, new float[] {3, 4}));

    assertThat(moments.mean()).containsExactly(2, 2);
    assertThat(moments.covariance()[0]).containsExactly(2, 4);
    assertThat(moments.covariance()[1]).containsExactly(4, 8);
  }

  @Test
  void shouldFindNoKernelDistanceOnAverageForEqualDistributions() {
    var random = new SplittableRandom(2);
    var estimates =
        IntStream.range(0, 400)
            .mapToDouble(
                i -> new KernelDistance(draw(8, 4, 0, random), draw(8, 4, 0, random)).all())
            .toArray();

    var mean = Bootstrap.mean(estimates, 1);

    // A biased estimate, with the diagonal of the kernel in it, would have a mean of about 0.8.
    assertThat(mean.low()).isNegative();
    assertThat(mean.high()).isPositive();
    assertThat(mean.high() - mean.low()).isLessThan(0.3);
  }

  /** A good reconstruction is near to its own truth, which says nothing about distributions. */
  @Test
  void shouldNotTakeTheLikenessOfAnImageToItsOwnTruthForOneOfDistributions() {
    var random = new SplittableRandom(5);
    var truths = draw(50, 4, 0, random);

    assertThat(new KernelDistance(truths, truths).all()).isCloseTo(0, within(1e-4));
  }

  @Test
  void shouldFindAKernelDistanceForShiftedDistributions() {
    var random = new SplittableRandom(3);

    assertThat(new KernelDistance(draw(100, 4, 0, random), draw(100, 4, 1, random)).all())
        .isGreaterThan(0.5);
  }

  @Test
  void shouldComputeTheCubicKernel() {
    // One feature: k(x, y) = (x y + 1)^3. Within a: k(1, 2) = 27; within b: k(0, 1) = 1; between,
    // of
    // different indices: k(1, 1) = 8, k(2, 0) = 1.
    var a = List.of(new float[] {1}, new float[] {2});
    var b = List.of(new float[] {0}, new float[] {1});

    assertThat(new KernelDistance(a, b).all()).isCloseTo(27 + 1 - (8 + 1), within(1e-6));
  }

  @Test
  void shouldRefuseSetsOfDifferentSizes() {
    assertThatThrownBy(() -> new KernelDistance(List.of(new float[1]), List.of(new float[1])))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("at least two");
  }

  @Test
  void shouldSpreadOverHalvesAsTheWholeSetSpreads() {
    // The mean of n independent values of variance 1 has the standard error 1 / sqrt(n).
    var random = new SplittableRandom(4);
    var values = IntStream.range(0, 400).mapToDouble(i -> random.nextGaussian()).toArray();
    var halves = HalfSamples.draw(values.length, 1);

    var means =
        HalfSamples.apply(
            halves, half -> IntStream.of(half).mapToDouble(i -> values[i]).average().orElseThrow());
    var interval = HalfSamples.interval(0, means);

    assertThat(interval.high()).isCloseTo(1.96 / 20, within(0.02));
    assertThat(halves.get(0)).hasSize(200).doesNotHaveDuplicates();
    assertThat(halves.get(0)).isNotEqualTo(halves.get(1));
  }

  private static double[][] diagonal(double... values) {
    var matrix = new double[values.length][values.length];
    for (int i = 0; i < values.length; i++) {
      matrix[i][i] = values[i];
    }
    return matrix;
  }

  private static List<float[]> draw(
      int count, int dimension, double mean, SplittableRandom random) {
    var all = new ArrayList<float[]>();
    for (int i = 0; i < count; i++) {
      var vector = new float[dimension];
      for (int j = 0; j < dimension; j++) {
        vector[j] = (float) (mean + random.nextGaussian());
      }
      all.add(vector);
    }
    return all;
  }
}
