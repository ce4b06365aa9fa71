package org.deftstream.deft.operator;

import java.util.function.UnaryOperator;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.linalg.ConjugateGradients;

/** Linear operators whose proximal point conjugate gradients find. Immutable and thread-safe. */
public abstract class GradientSolved extends FixedOperator {
  /** {@link #proximal} takes at most so many iterations. */
  protected static final int ITERATIONS = 60;

  /** {@link #proximal} stops once the gradient has fallen to this fraction of its start. */
  protected static final double TOLERANCE = 1e-4;

  protected GradientSolved(String kind, ImageShape shape, GaussianNoise noise) {
    super(kind, shape, noise);
  }

  /** By conjugate gradients from x0, with {@link #iterations} and {@link #TOLERANCE}. */
  @Override
  public final float[] proximal(float[] x0, float[] measurement, double rho) {
    requireWeight(rho);
    var change = solve(misfit(x0, measurement), rho);
    for (int i = 0; i < change.length; i++) {
      change[i] += x0[i];
    }
    return change;
  }

  /** {@code (A^T A + rho I)^-1 A^T v}. */
  protected final float[] solve(float[] values, double rho) {
    return ConjugateGradients.solve(
        direction -> {
          var image = adjoint(measure(direction));
          for (int i = 0; i < image.length; i++) {
            image[i] += (float) rho * direction[i];
          }
          return image;
        },
        nearInverse(rho),
        adjoint(values),
        iterations(),
        TOLERANCE,
        0);
  }

  /** {@link #ITERATIONS}, unless an operator has fewer. */
  protected int iterations() {
    return ITERATIONS;
  }

  /**
   * A symmetric positive definite matrix near {@code (A^T A + rho I)^-1}, with which fewer
   * iterations do; the identity unless the operator knows a better one. See {@link
   * ConjugateGradients}.
   */
  protected UnaryOperator<float[]> nearInverse(double rho) {
    return UnaryOperator.identity();
  }
}
