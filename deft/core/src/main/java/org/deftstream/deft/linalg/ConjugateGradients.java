package org.deftstream.deft.linalg;

import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * Conjugate gradients for a symmetric positive definite system, float32 vectors with inner products
 * in double. Stateless and thread-safe.
 */
public final class ConjugateGradients {
  private ConjugateGradients() {}

  /**
   * Solves {@code matrix x = right}, starting at 0.
   *
   * @param matrix multiplies by the matrix, into an array that the caller keeps
   * @param iterations at most so many
   * @param tolerance stops when the residual's norm is below this fraction of the right side's
   */
  public static float[] solve(
      UnaryOperator<float[]> matrix, float[] right, int iterations, double tolerance) {
    return solve(matrix, right, iterations, tolerance, 0);
  }

  /**
   * As above.
   *
   * @param least stops, too, when the residual's norm is below this
   */
  public static float[] solve(
      UnaryOperator<float[]> matrix,
      float[] right,
      int iterations,
      double tolerance,
      double least) {
    return solve(matrix, UnaryOperator.identity(), right, iterations, tolerance, least);
  }

  /**
   * As above, in fewer iterations the nearer a second matrix is to the inverse of the first.
   *
   * @param nearInverse multiplies by a symmetric positive definite matrix, into an array that the
   *     caller keeps, or the one that it was given
   */
  public static float[] solve(
      UnaryOperator<float[]> matrix,
      UnaryOperator<float[]> nearInverse,
      float[] right,
      int iterations,
      double tolerance,
      double least) {
    return iterate(
        residual -> {
          var preconditioned = nearInverse.apply(residual);
          double square = dot(residual, residual);
          double product = preconditioned == residual ? square : dot(residual, preconditioned);
          return new Conditioned(preconditioned, preconditioned, square, product);
        },
        (direction, itself) -> matrix.apply(direction),
        right,
        iterations,
        tolerance,
        least);
  }

  /**
   * As above, where inner products are {@code a' G b} and the matrix is symmetric by those: for
   * unknowns that are the weights of a combination, in the norm of what they combine to.
   *
   * @param inner multiplies by G, symmetric and not negative
   * @param matrix multiplies by the matrix, given a direction and G times it
   */
  public static float[] solveIn(
      UnaryOperator<float[]> inner,
      BinaryOperator<float[]> matrix,
      float[] right,
      int iterations,
      double tolerance) {
    return iterate(
        residual -> {
          var products = inner.apply(residual);
          double square = dot(residual, products);
          return new Conditioned(residual, products, square, square);
        },
        matrix,
        right,
        iterations,
        tolerance,
        0);
  }

  /**
   * What a residual is for the next direction.
   *
   * @param preconditioned the near inverse times the residual, or the residual itself
   * @param products what inner products with that are taken with: {@code G} times it, or itself
   * @param square the residual's squared norm
   * @param product inner product of the residual and the preconditioned one
   */
  @SuppressWarnings("ArrayRecordComponent") // lent for an iteration
  private record Conditioned(
      float[] preconditioned, float[] products, double square, double product) {}

  /** The iteration of all forms; the matrix is given a direction and G times it. */
  private static float[] iterate(
      Function<float[], Conditioned> condition,
      BinaryOperator<float[]> matrix,
      float[] right,
      int iterations,
      double tolerance,
      double least) {
    var x = new float[right.length];
    var residual = right.clone();
    var here = condition.apply(residual);
    var direction = here.preconditioned().clone();
    boolean alike = here.products() == here.preconditioned();
    var products = alike ? direction : here.products().clone();
    double enough = Math.max(tolerance * tolerance * here.square(), least * least);
    for (int i = 0; i < iterations && here.square() > enough; i++) {
      var image = matrix.apply(direction, products);
      double curvature = dot(products, image);
      if (!(curvature > 0)) {
        break; // Rounding has used up the direction.
      }
      float step = (float) (here.product() / curvature);
      for (int j = 0; j < x.length; j++) {
        x[j] += step * direction[j];
        residual[j] -= step * image[j];
      }
      var next = condition.apply(residual);
      float turn = (float) (next.product() / here.product());
      turn(direction, turn, next.preconditioned());
      if (!alike) {
        turn(products, turn, next.products());
      }
      here = next;
    }
    return x;
  }

  private static void turn(float[] direction, float by, float[] towards) {
    for (int j = 0; j < direction.length; j++) {
      direction[j] = towards[j] + by * direction[j];
    }
  }

  private static double dot(float[] a, float[] b) {
    double even = 0;
    double odd = 0;
    int i = 0;
    for (; i < a.length - 1; i += 2) {
      even += (double) a[i] * b[i];
      odd += (double) a[i + 1] * b[i + 1];
    }
    return i < a.length ? even + odd + (double) a[i] * b[i] : even + odd;
  }
}
