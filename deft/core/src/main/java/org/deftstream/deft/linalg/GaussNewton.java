package org.deftstream.deft.linalg;

import java.util.function.BinaryOperator;

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
  private static final double GAIN = 1e-4;

  private GaussNewton() {}

  /** A sum of squares of unknowns whose inner products are {@code a' G b}. */
  public interface Problem {
    /** {@code G a}, of which nothing is kept or changed. */
    float[] inner(float[] a);

    /**
     * The sum of squares.
     *
     * @param products {@code G a}
     */
    double cost(float[] a, float[] products);

    /** The linear system of a step from a. */
    Equations equations(float[] a, float[] products);
  }

  /**
   * The linear system of a step.
   *
   * @param downhill half of the negative gradient, {@code G} times it the derivatives
   * @param matrix multiplies by half of the Hessian without second derivatives of the model, given
   *     a direction and G times it
   */
  @SuppressWarnings("ArrayRecordComponent") // lent for the step
  public record Equations(float[] downhill, BinaryOperator<float[]> matrix) {}

  /** Minimises over so many unknowns, from 0. */
  public static float[] minimise(Problem problem, int unknowns) {
    var x = new float[unknowns];
    var products = new float[unknowns];
    double least = problem.cost(x, products);
    for (int step = 0; step < STEPS; step++) {
      var here = problem.equations(x, products);
      var change =
          ConjugateGradients.solveIn(
              problem::inner, here.matrix(), here.downhill(), INNER_ITERATIONS, INNER_TOLERANCE);
      double before = least;
      float length = 1;
      for (int halving = 0; halving < HALVINGS && !(least < before); halving++, length /= 2) {
        var moved = x.clone();
        for (int i = 0; i < x.length; i++) {
          moved[i] += length * change[i];
        }
        var movedProducts = problem.inner(moved);
        double there = problem.cost(moved, movedProducts);
        if (there < before) {
          x = moved;
          products = movedProducts;
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
