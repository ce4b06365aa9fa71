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
   * @param right the right sides
   * @param iterations at most so many
   * @param tolerance stops when a residual's norm is below this fraction of its right side's
   * @return the solutions
   */
  public static float[] solve(Matrices matrices, float[] right, int iterations, double tolerance) {
    var x = new float[right.length];
    var residual = right.clone();
    var direction = right.clone();
    var image = new float[right.length];
    var square = new double[LANES];
    var enough = new double[LANES];
    var step = new float[LANES];
    var turn = new float[LANES];
    for (int lane = 0; lane < LANES; lane++) {
      square[lane] = dot(residual, residual, lane);
      enough[lane] = tolerance * tolerance * square[lane];
    }
    for (int i = 0; i < iterations && unsolved(square, enough); i++) {
      matrices.multiply(direction, image);
      for (int lane = 0; lane < LANES; lane++) {
        double curvature = square[lane] > enough[lane] ? dot(direction, image, lane) : 0;
        if (!(curvature > 0)) {
          square[lane] = 0; // Solved, or rounding has used up the direction.
        }
        step[lane] = curvature > 0 ? (float) (square[lane] / curvature) : 0;
      }
      for (int j = 0; j < x.length; j++) {
        x[j] += step[j % LANES] * direction[j];
        residual[j] -= step[j % LANES] * image[j];
      }
      for (int lane = 0; lane < LANES; lane++) {
        double next = square[lane] == 0 ? 0 : dot(residual, residual, lane);
        turn[lane] = square[lane] == 0 ? 0 : (float) (next / square[lane]);
        square[lane] = next;
      }
      for (int j = 0; j < x.length; j++) {
        direction[j] = residual[j] + turn[j % LANES] * direction[j];
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

  /** In the order of {@link ConjugateGradients}: two sums. */
  private static double dot(float[] a, float[] b, int lane) {
    double even = 0;
    double odd = 0;
    int i = lane;
    for (; i < a.length - LANES; i += 2 * LANES) {
      even += (double) a[i] * b[i];
      odd += (double) a[i + LANES] * b[i + LANES];
    }
    return i < a.length ? even + odd + (double) a[i] * b[i] : even + odd;
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
}
