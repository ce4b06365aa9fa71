package org.deftstream.deft.linalg;

import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.function.UnaryOperator;

/**
 * A local minimum of a sum of squares, by Gauss-Newton steps whose linear systems conjugate
 * gradients solve; a step that leads uphill is halved. Stateless and thread-safe.
 */
public final class GaussNewton {
  private static final int STEPS = 12;
  private static final int HALVINGS = 10;
  private static final int INNER_ITERATIONS = 30;
  private static final double INNER_TOLERANCE = 1e-3;

  /** A step that gains less than this part of the cost is the last. */
  private static final double GAIN = 1e-6;

  private GaussNewton() {}

  /**
   * The linear system of a step.
   *
   * @param downhill half of the negative gradient
   * @param matrix multiplies by half of the Hessian without second derivatives of the model
   */
  @SuppressWarnings("ArrayRecordComponent") // lent for the step
  public record Equations(float[] downhill, UnaryOperator<float[]> matrix) {}

  /**
   * Minimises.
   *
   * @param start stays as it is
   * @param cost at a point
   * @param system at a point
   */
  public static float[] minimise(
      float[] start, ToDoubleFunction<float[]> cost, Function<float[], Equations> system) {
    var x = start.clone();
    double least = cost.applyAsDouble(x);
    for (int step = 0; step < STEPS; step++) {
      var here = system.apply(x);
      var change =
          ConjugateGradients.solve(
              here.matrix(), here.downhill(), INNER_ITERATIONS, INNER_TOLERANCE);
      double before = least;
      float length = 1;
      for (int halving = 0; halving < HALVINGS && !(least < before); halving++, length /= 2) {
        var moved = x.clone();
        for (int i = 0; i < x.length; i++) {
          moved[i] += length * change[i];
        }
        double there = cost.applyAsDouble(moved);
        if (there < before) {
          x = moved;
          least = there;
        }
      }
      if (!(least < before * (1 - GAIN))) {
        break;
      }
    }
    return x;
  }
}
