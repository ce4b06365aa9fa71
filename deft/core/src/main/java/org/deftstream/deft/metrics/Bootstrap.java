package org.deftstream.deft.metrics;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * How sure a mean over images is: the percentile bootstrap of Efron, 95 %, with a seed, so that the
 * same values give the same interval. Stateless and thread-safe.
 */
public final class Bootstrap {
  /** Number of resampled means. */
  public static final int RESAMPLES = 10_000;

  private static final double TAIL = 0.025;

  private Bootstrap() {}

  /**
   * A mean with its 95 % confidence interval.
   *
   * @param mean the mean of the values
   * @param low lower end of the interval
   * @param high upper end of the interval
   */
  public record Interval(double mean, double low, double high) {}

  /**
   * The mean of some values and its interval.
   *
   * @throws IllegalArgumentException if there are no values
   */
  public static Interval mean(double[] values, long seed) {
    if (values.length == 0) {
      throw new IllegalArgumentException("a mean needs at least one value");
    }
    var random = new SplittableRandom(seed);
    var means = new double[RESAMPLES];
    for (int i = 0; i < RESAMPLES; i++) {
      double sum = 0;
      for (int j = 0; j < values.length; j++) {
        sum += values[random.nextInt(values.length)];
      }
      means[i] = sum / values.length;
    }
    Arrays.sort(means);
    return new Interval(
        Arrays.stream(values).average().orElseThrow(),
        quantile(means, TAIL),
        quantile(means, 1 - TAIL));
  }

  /**
   * The mean of {@code a[i] - b[i]} and its interval: a is better than b on the same images if the
   * interval is above 0.
   *
   * @throws IllegalArgumentException if the two differ in length or are empty
   */
  public static Interval paired(double[] a, double[] b, long seed) {
    if (a.length != b.length) {
      throw new IllegalArgumentException(
          "pairs need as many values on both sides, got " + a.length + " and " + b.length);
    }
    var differences = new double[a.length];
    for (int i = 0; i < a.length; i++) {
      differences[i] = a[i] - b[i];
    }
    return mean(differences, seed);
  }

  private static double quantile(double[] sorted, double part) {
    double place = part * (sorted.length - 1);
    int below = (int) place;
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
  }
}
