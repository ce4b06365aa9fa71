package org.deftstream.deft.operator.tomography;

import java.util.random.RandomGenerator;

/** Draws from Poisson distributions, exactly. Stateless and thread-safe. */
final class Poisson {
  /** Below this mean, products of uniform numbers are quicker. */
  private static final double SMALL = 10;

  private static final double[] LOG_FACTORIAL = new double[16];

  static {
    for (int k = 1; k < LOG_FACTORIAL.length; k++) {
      LOG_FACTORIAL[k] = LOG_FACTORIAL[k - 1] + Math.log(k);
    }
  }

  private Poisson() {}

  /**
   * Draws a count.
   *
   * @param mean 0 or more
   */
  static long draw(double mean, RandomGenerator random) {
    return mean < SMALL ? multiplied(mean, random) : rejected(mean, random);
  }

  /** Knuth, The Art of Computer Programming 2, 3.4.1: takes about {@code mean} uniform numbers. */
  private static long multiplied(double mean, RandomGenerator random) {
    double limit = Math.exp(-mean);
    long count = 0;
    for (double product = random.nextDouble(); product > limit; product *= random.nextDouble()) {
      count++;
    }
    return count;
  }

  /** Hormann's transformed rejection PTRS (Insurance: Mathematics and Economics 12, 1993). */
  private static long rejected(double mean, RandomGenerator random) {
    double logMean = Math.log(mean);
    double b = 0.931 + 2.53 * Math.sqrt(mean);
    double a = -0.059 + 0.02483 * b;
    double inverseAlpha = 1.1239 + 1.1328 / (b - 3.4);
    double squeeze = 0.9277 - 3.6224 / (b - 2);
    while (true) {
      double u = random.nextDouble() - 0.5;
      double v = random.nextDouble();
      double us = 0.5 - Math.abs(u);
      double k = Math.floor((2 * a / us + b) * u + mean + 0.43);
      if (us >= 0.07 && v <= squeeze) {
        return (long) k;
      }
      if (k < 0 || (us < 0.013 && v > us)) {
        continue;
      }
      if (Math.log(v) + Math.log(inverseAlpha) - Math.log(a / (us * us) + b)
          <= k * logMean - mean - logFactorial(k)) {
        return (long) k;
      }
    }
  }

  private static double logFactorial(double k) {
    if (k < LOG_FACTORIAL.length) {
      return LOG_FACTORIAL[(int) k];
    }
    // Stirling's series; from 16 on the next term is below 1e-9.
    double inverse = 1 / k;
    return k * Math.log(k)
        - k
        + 0.5 * Math.log(2 * Math.PI * k)
        + inverse * (1.0 / 12 - inverse * inverse / 360);
  }
}
