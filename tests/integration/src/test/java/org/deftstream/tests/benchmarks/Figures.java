package org.deftstream.tests.benchmarks;

import java.util.Arrays;
import java.util.Collection;

/** Order statistics. Immutable. */
final class Figures {
  private final double[] sorted;

  private Figures(double[] sorted) {
    this.sorted = sorted;
  }

  /** Of these values, at least one. */
  static Figures of(Collection<? extends Number> values) {
    if (values.isEmpty()) {
      throw new IllegalArgumentException("there are no values");
    }
    double[] sorted = values.stream().mapToDouble(Number::doubleValue).toArray();
    Arrays.sort(sorted);
    return new Figures(sorted);
  }

  /** The smallest value that a share of all values, in (0, 1], does not exceed (nearest rank). */
  double quantile(double share) {
    return sorted[Math.max(0, (int) Math.ceil(share * sorted.length) - 1)];
  }

  double median() {
    return quantile(0.5);
  }

  double largest() {
    return sorted[sorted.length - 1];
  }

  double smallest() {
    return sorted[0];
  }
}
