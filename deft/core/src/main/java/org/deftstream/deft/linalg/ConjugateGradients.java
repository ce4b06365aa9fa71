package org.deftstream.deft.linalg;

import java.util.function.BinaryOperator;
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
    var x = new float[right.length];
    var residual = right.clone();
    var towards = nearInverse.apply(residual);
    var direction = towards.clone();
    double square = dot(residual, residual);
    double product = towards == residual ? square : dot(residual, towards);
    double enough = Math.max(tolerance * tolerance * square, least * least);
    for (int i = 0; i < iterations && square > enough; i++) {
      var image = matrix.apply(direction);
      double curvature = dot(direction, image);
      if (!(curvature > 0)) {
        break; // Rounding has used up the direction.
      }
      float step = (float) (product / curvature);
      for (int j = 0; j < x.length; j++) {
        x[j] += step * direction[j];
        residual[j] -= step * image[j];
      }
      towards = nearInverse.apply(residual);
      square = dot(residual, residual);
      double next = towards == residual ? square : dot(residual, towards);
      float turn = (float) (next / product);
      for (int j = 0; j < x.length; j++) {
        direction[j] = towards[j] + turn * direction[j];
      }
      product = next;
    }
    return x;
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
    var x = new float[right.length];
    var residual = right.clone();
    var direction = right.clone();
    var products = inner.apply(residual).clone();
    double square = dot(residual, products);
    double enough = tolerance * tolerance * square;
    for (int i = 0; i < iterations && square > enough; i++) {
      var image = matrix.apply(direction, products);
      double curvature = dot(products, image);
      if (!(curvature > 0)) {
        break; // Rounding has used up the direction.
      }
      float step = (float) (square / curvature);
      for (int j = 0; j < x.length; j++) {
        x[j] += step * direction[j];
        residual[j] -= step * image[j];
      }
      var ofResidual = inner.apply(residual);
      double next = dot(residual, ofResidual);
      float turn = (float) (next / square);
      for (int j = 0; j < x.length; j++) {
        direction[j] = residual[j] + turn * direction[j];
        products[j] = ofResidual[j] + turn * products[j];
      }
      square = next;
    }
    return x;
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
