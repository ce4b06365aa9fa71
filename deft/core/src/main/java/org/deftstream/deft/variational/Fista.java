package org.deftstream.deft.variational;

import org.deftstream.deft.operator.ForwardOperator;
import org.deftstream.deft.operator.LinearPart;

/**
 * The classical reconstruction that new methods are held against: {@code argmin_x |y - A x|^2 / 2 +
 * weight P(x)} by the fast iterative shrinkage of Beck and Teboulle (SIAM J. Imaging Sciences 2,
 * 2009), restarted where its momentum leads uphill (O'Donoghue and Candes, 2015). Each value of y
 * counts by its noise ({@link ForwardOperator#weights}). With {@link TotalVariation} and bounds for
 * scans, with {@link WaveletSparsity} for MRI, with bounds alone for a lensless camera. Stateless
 * and thread-safe.
 */
public final class Fista {
  private Fista() {}

  /**
   * Reconstructs a measurement.
   *
   * @param operator linear or affine, bound to the record
   * @param start where to begin; stays as it is
   * @param weight of the penalty, 0 or more
   * @param iterations steps, at least 1
   * @return the image; within the bounds of the penalty, where it has any
   * @throws IllegalArgumentException if the operator is not linear, or a number is out of range
   */
  public static float[] reconstruct(
      ForwardOperator operator,
      float[] measurement,
      Penalty penalty,
      double weight,
      float[] start,
      int iterations) {
    if (!operator.linear()) {
      throw new IllegalArgumentException("fista needs a linear operator, not " + operator.kind());
    }
    if (!(weight >= 0) || iterations < 1) {
      throw new IllegalArgumentException(
          "fista needs a weight of 0 or more and at least one iteration, got "
              + weight
              + " and "
              + iterations);
    }
    var linear = LinearPart.of(operator, measurement);
    double step = 1 / linear.steepest();
    var x = start.clone();
    var ahead = start.clone();
    double momentum = 1;
    for (int i = 0; i < iterations; i++) {
      var uphill = linear.uphill(ahead, measurement);
      var moved = new float[x.length];
      for (int j = 0; j < moved.length; j++) {
        moved[j] = (float) (ahead[j] + step * uphill[j]);
      }
      var next = penalty.proximal(moved, step * weight);
      double against = 0;
      for (int j = 0; j < next.length; j++) {
        against += ((double) ahead[j] - next[j]) * (next[j] - x[j]);
      }
      double faster = against > 0 ? 1 : (1 + Math.sqrt(1 + 4 * momentum * momentum)) / 2;
      float carry = against > 0 ? 0 : (float) ((momentum - 1) / faster);
      for (int j = 0; j < next.length; j++) {
        ahead[j] = next[j] + carry * (next[j] - x[j]);
      }
      momentum = faster;
      x = next;
    }
    return x;
  }
}
