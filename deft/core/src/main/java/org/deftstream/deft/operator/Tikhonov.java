package org.deftstream.deft.operator;

import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.linalg.ConjugateGradients;

/**
 * The smoothest image that agrees with a measurement: {@code argmin_x |y - A x|^2 / 2 + weight
 * |grad x|^2 / 2} (Tikhonov, 1963), each value of y counting by its noise. For a blur it is
 * Wiener's filter of images whose power falls with the square of the frequency; for a mask, the
 * harmonic fill. Stateless and thread-safe.
 */
public final class Tikhonov {
  private static final double TOLERANCE = 1e-9;

  /** How much neighbours of pictures differ, in image units of which there are 2. */
  private static final double USUAL_DIFFERENCE = 0.12;

  private static final double LEAST_WEIGHT = 1e-9;
  private static final int USUAL_ITERATIONS = 200;

  private Tikhonov() {}

  /**
   * Reconstructs a measurement.
   *
   * @param operator linear or affine, bound to the record
   * @param weight of the squared differences of neighbours, above 0
   * @param iterations of conjugate gradients, at least 1; fewer where they have converged
   * @throws IllegalArgumentException if the operator is not linear, or a number is out of range
   */
  public static float[] reconstruct(
      ForwardOperator operator, float[] measurement, double weight, int iterations) {
    if (!(weight > 0) || iterations < 1) {
      throw new IllegalArgumentException(
          "tikhonov needs a weight above 0 and at least one iteration, got "
              + weight
              + " and "
              + iterations);
    }
    var linear = LinearPart.of(operator, measurement);
    var shape = operator.imageShape();
    return ConjugateGradients.solve(
        x -> {
          var out = linear.normal(x);
          addLaplacian(out, x, shape, (float) weight);
          return out;
        },
        linear.uphill(new float[shape.size()], measurement),
        iterations,
        TOLERANCE);
  }

  /**
   * As above, with the weight that the operator's noise asks for in pictures as they usually are.
   *
   * @throws IllegalArgumentException if the operator is not linear
   */
  public static float[] reconstruct(ForwardOperator operator, float[] measurement) {
    double ratio = operator.noiseSigma() / USUAL_DIFFERENCE;
    return reconstruct(
        operator, measurement, Math.max(LEAST_WEIGHT, ratio * ratio), USUAL_ITERATIONS);
  }

  /**
   * Refuses an operator that no image can be found for.
   *
   * @throws IllegalArgumentException if it is not linear
   */
  public static void requireLinear(ForwardOperator operator) {
    if (!operator.linear()) {
      throw new IllegalArgumentException(
          "a sampler with init smoothest needs a linear operator, not " + operator.kind());
    }
  }

  /** Adds {@code weight D^T D x}, D being the differences of neighbours down and across. */
  private static void addLaplacian(float[] out, float[] x, ImageShape shape, float weight) {
    int channels = shape.channels();
    int row = shape.width() * channels;
    for (int i = 0; i < x.length; i++) {
      if (i >= row) {
        exchange(out, x, i - row, i, weight);
      }
      if (i % row >= channels) {
        exchange(out, x, i - channels, i, weight);
      }
    }
  }

  private static void exchange(float[] out, float[] x, int one, int other, float weight) {
    float difference = weight * (x[other] - x[one]);
    out[other] += difference;
    out[one] -= difference;
  }
}
