package org.deftstream.deft.metrics;

import java.util.Arrays;
import org.hipparchus.distribution.continuous.TDistribution;

/**
 * Whether the truth lies where K posterior samples say. The interval of nominal level p is {@code
 * mean +- t s sqrt(1 + 1/K)}: s is the samples' standard deviation (divisor K - 1) and t the
 * quantile {@code (1 + p) / 2} of Student's distribution with K - 1 degrees of freedom. If truth
 * and samples are draws of one Gaussian, {@code (truth - mean) / (s sqrt(1 + 1/K))} has exactly
 * that distribution, so the interval covers p for every K; with many samples it is {@code mean +- z
 * s}. Stateless and thread-safe.
 */
public final class Coverage {
  /** The nominal levels that are reported: 50 % to 95 % in steps of 5 %. */
  private static final double[] LEVELS = {0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95};

  /** The level at which {@link #calibrate} matches. */
  public static final double MATCHED_LEVEL = 0.9;

  private Coverage() {}

  /** The nominal levels, ascending. */
  public static double[] levels() {
    return LEVELS.clone();
  }

  /** Half the width of the interval in units of s {@code sqrt(1 + 1/K)}. */
  public static double quantile(double level, int samples) {
    if (samples < 2) {
      throw new IllegalArgumentException("an interval needs at least two samples, got " + samples);
    }
    return new TDistribution(samples - 1).inverseCumulativeProbability((1 + level) / 2);
  }

  /**
   * The distance of each pixel from the mean in units of {@code s sqrt(1 + 1/K)}; 0 where mean and
   * truth are equal, infinite where they differ and all samples are equal.
   */
  public static double[] distances(float[] truth, float[] mean, float[] deviation, int samples) {
    double correction = Math.sqrt(1 + 1.0 / samples);
    var distances = new double[truth.length];
    for (int i = 0; i < distances.length; i++) {
      double error = Math.abs((double) truth[i] - mean[i]);
      distances[i] = error == 0 ? 0 : error / (deviation[i] * correction);
    }
    return distances;
  }

  /**
   * The share of pixels within the interval.
   *
   * @param distances of {@link #distances}
   * @param quantile of {@link #quantile}
   * @param factor on the standard deviation; 1 takes it as it is
   */
  public static double share(double[] distances, double quantile, double factor) {
    return Arrays.stream(distances).filter(d -> d <= quantile * factor).count()
        / (double) distances.length;
  }

  /**
   * The factor on the standard deviation with which the interval of {@link #MATCHED_LEVEL} covers
   * exactly that share of the pixels. To be found on other images than those it is judged on.
   *
   * @param distances of {@link #distances}, of all pixels of the validation images
   */
  public static double calibrate(double[] distances, int samples) {
    var sorted = distances.clone();
    Arrays.sort(sorted);
    int rank = (int) Math.ceil(MATCHED_LEVEL * sorted.length) - 1;
    return sorted[Math.max(0, rank)] / quantile(MATCHED_LEVEL, samples);
  }
}
