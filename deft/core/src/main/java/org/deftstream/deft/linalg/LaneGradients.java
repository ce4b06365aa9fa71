package org.deftstream.deft.linalg;

/**
 * {@link ConjugateGradients} for {@link SparseMatrix#LANES} systems side by side, whose vectors are
 * interleaved: entry i of system j is at {@code i * LANES + j}. Every system is solved to the bit
 * as if it were alone, and one that is solved stays as it is. Stateless and thread-safe.
 */
public final class LaneGradients {
  private static final int LANES = SparseMatrix.LANES;

  private LaneGradients() {}

  /** Multiplies the directions of all systems, each by its own matrix. */
  @FunctionalInterface
  public interface Matrices {
    /** Writes the products. */
    void multiply(float[] directions, float[] images);
  }

  /**
   * Solves, starting at 0.
   *
   * @param matrices multiplies by the matrices
   * @param nearInverse multiplies the residuals by a matrix near each inverse, as in {@link
   *     ConjugateGradients}; null for the identity
   * @param right the right sides
   * @param iterations at most so many
   * @param tolerance stops when a residual's norm is below this fraction of its right side's
   * @return the solutions
   */
  public static float[] solve(
      Matrices matrices, Matrices nearInverse, float[] right, int iterations, double tolerance) {
    var x = new float[right.length];
    var residual = right.clone();
    var towards = nearInverse == null ? residual : new float[right.length];
    if (nearInverse != null) {
      nearInverse.multiply(residual, towards);
    }
    var direction = towards.clone();
    var image = new float[right.length];
    var square = new double[LANES];
    var product = new double[LANES];
    var enough = new double[LANES];
    var step = new float[LANES];
    var turn = new float[LANES];
    var curvature = new double[LANES];
    var squareNow = new double[LANES];
    var productNow = new double[LANES];
    dots(residual, residual, square);
    dots(residual, towards, product);
    for (int lane = 0; lane < LANES; lane++) {
      enough[lane] = tolerance * tolerance * square[lane];
    }
    for (int i = 0; i < iterations && unsolved(square, enough); i++) {
      matrices.multiply(direction, image);
      dots(direction, image, curvature);
      for (int lane = 0; lane < LANES; lane++) {
        boolean goesOn = square[lane] > enough[lane] && curvature[lane] > 0;
        if (!goesOn) {
          square[lane] = 0; // Solved, or rounding has used up the direction.
        }
        step[lane] = goesOn ? (float) (product[lane] / curvature[lane]) : 0;
      }
      for (int j = 0; j < x.length; j++) {
        x[j] += step[j % LANES] * direction[j];
        residual[j] -= step[j % LANES] * image[j];
      }
      if (nearInverse != null) {
        nearInverse.multiply(residual, towards);
      }
      dots(residual, residual, squareNow);
      dots(residual, towards, productNow);
      for (int lane = 0; lane < LANES; lane++) {
        boolean goesOn = square[lane] != 0;
        square[lane] = goesOn ? squareNow[lane] : 0;
        turn[lane] = goesOn ? (float) (productNow[lane] / product[lane]) : 0;
        product[lane] = productNow[lane];
      }
      for (int j = 0; j < x.length; j++) {
        direction[j] = towards[j] + turn[j % LANES] * direction[j];
      }
    }
    return x;
  }

  private static boolean unsolved(double[] square, double[] enough) {
    for (int lane = 0; lane < LANES; lane++) {
      if (square[lane] > enough[lane]) {
        return true;
      }
    }
    return false;
  }

  /** The product of each lane, in the order of {@link ConjugateGradients}: two sums. */
  private static void dots(float[] a, float[] b, double[] products) {
    var even = new double[LANES];
    var odd = new double[LANES];
    int i = 0;
    for (; i < a.length - LANES; i += 2 * LANES) {
      for (int lane = 0; lane < LANES; lane++) {
        even[lane] += (double) a[i + lane] * b[i + lane];
        odd[lane] += (double) a[i + LANES + lane] * b[i + LANES + lane];
      }
    }
    for (int lane = 0; lane < LANES; lane++) {
      double sum = even[lane] + odd[lane];
      products[lane] = i < a.length ? sum + (double) a[i + lane] * b[i + lane] : sum;
    }
  }

  /** Interleaves vectors of equal length; lanes without one are 0. */
  public static float[] interleave(float[][] vectors) {
    var lanes = new float[vectors[0].length * LANES];
    for (int lane = 0; lane < vectors.length; lane++) {
      var vector = vectors[lane];
      for (int i = 0; i < vector.length; i++) {
        lanes[i * LANES + lane] = vector[i];
      }
    }
    return lanes;
  }

  /** The vector of a lane. */
  public static float[] lane(float[] lanes, int lane) {
    var vector = new float[lanes.length / LANES];
    for (int i = 0; i < vector.length; i++) {
      vector[i] = lanes[i * LANES + lane];
    }
    return vector;
  }

  /** Writes the vector of a lane. */
  public static void setLane(float[] lanes, int lane, float[] vector) {
    for (int i = 0; i < vector.length; i++) {
      lanes[i * LANES + lane] = vector[i];
    }
  }
}
