package org.deftstream.devstack.demo;

import java.util.Arrays;

/**
 * Median and 95th percentile, nearest rank.
 *
 * @param p50 the median; NaN of no values
 * @param p95 the 95th percentile
 */
record Percentiles(double p50, double p95) {
  /** Of any number of values, in any order. */
  static Percentiles of(double[] values) {
    var sorted = values.clone();
    Arrays.sort(sorted);
    return new Percentiles(rank(sorted, 0.50), rank(sorted, 0.95));
  }

  private static double rank(double[] sorted, double share) {
    if (sorted.length == 0) {
      return Double.NaN;
    }
    return sorted[Math.max(0, (int) Math.ceil(share * sorted.length) - 1)];
  }
}
