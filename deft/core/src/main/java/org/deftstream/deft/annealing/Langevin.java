package org.deftstream.deft.annealing;

import org.deftstream.deft.operator.BoundMeasurement;
import org.deftstream.deft.operator.LinearPart;
import org.deftstream.deft.sampler.CounterNoise;

/**
 * Langevin's dynamics, unadjusted, of {@code N(x; centre, r^2 I) N(y; A x, sigma^2)}: {@code x +=
 * step (A^T W (y - A x) / sigma^2 + (centre - x) / r^2) + sqrt(2 step) z}. Where the curvature is
 * lambda, the law that it tends to has the right mean and the variance {@code 1 / (lambda (1 - step
 * lambda / 2))}. Of one measurement; thread-safe.
 */
final class Langevin {
  private final BoundMeasurement measurement;
  private final LinearPart linear;
  private final double precision;
  private final double steepest;

  /**
   * For a measurement.
   *
   * @throws IllegalArgumentException if its operator is not linear or has no noise
   */
  Langevin(BoundMeasurement measurement) {
    double sigma = measurement.operator().noiseSigma();
    if (!(sigma > 0)) {
      throw new IllegalArgumentException(
          "daps needs a measurement with noise; that of "
              + measurement.operator().kind()
              + " has none");
    }
    this.measurement = measurement;
    linear = LinearPart.of(measurement.operator(), measurement.measurement());
    precision = 1 / (sigma * sigma);
    steepest = precision * linear.steepest();
  }

  /** A bound of the likelihood's curvature in the direction in which it is steepest. */
  double steepest() {
    return steepest;
  }

  /**
   * Walks from the centre.
   *
   * @param centre the prior's estimate; not changed
   * @param deviation r, above 0
   * @param steps how many
   * @param stepSize in units of the inverse of the steepest curvature
   * @param noise draws z
   * @param first number of the first z
   */
  float[] walk(
      float[] centre, double deviation, int steps, double stepSize, CounterNoise noise, int first) {
    double near = 1 / (deviation * deviation);
    double step = stepSize / (steepest + near);
    double fresh = Math.sqrt(2 * step);
    var x = centre.clone();
    var z = new float[x.length];
    for (int i = 0; i < steps; i++) {
      float[] uphill = linear.uphill(x, measurement.measurement());
      noise.fill(z, first + i);
      for (int j = 0; j < x.length; j++) {
        double force = precision * uphill[j] + near * ((double) centre[j] - x[j]);
        x[j] += (float) (step * force + fresh * z[j]);
      }
    }
    return x;
  }
}
