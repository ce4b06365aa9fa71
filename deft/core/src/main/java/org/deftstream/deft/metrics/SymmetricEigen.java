package org.deftstream.deft.metrics;

import java.util.Arrays;
import org.hipparchus.exception.MathIllegalStateException;
import org.hipparchus.linear.Array2DRowRealMatrix;
import org.hipparchus.linear.EigenDecompositionSymmetric;
import org.hipparchus.linear.MatrixUtils;
import org.hipparchus.linear.RealMatrix;

/**
 * Eigenvalues, and eigenvectors as columns, of a symmetric matrix.
 *
 * @param values in no order
 * @param vectors one column for each value, orthonormal
 */
record SymmetricEigen(double[] values, RealMatrix vectors) {
  /** Rotations converge quadratically; ten sweeps are many. */
  private static final int SWEEPS = 40;

  /**
   * Decomposes. Where features are few and sparse, most rows are 0, and the library's iteration
   * does not always converge, or gives no numbers; rotations do.
   */
  static SymmetricEigen of(RealMatrix matrix) {
    try {
      var eigen = new EigenDecompositionSymmetric(matrix);
      var found = new SymmetricEigen(eigen.getEigenvalues(), eigen.getV());
      return found.isFinite() ? found : byRotations(matrix.getData());
    } catch (MathIllegalStateException e) {
      return byRotations(matrix.getData());
    }
  }

  private boolean isFinite() {
    return Double.isFinite(Arrays.stream(values).sum()) && Double.isFinite(vectors.getNorm1());
  }

  /** Jacobi's cyclic method: every rotation makes one pair of off-diagonal entries 0. */
  private static SymmetricEigen byRotations(double[][] m) {
    int d = m.length;
    var v = MatrixUtils.createRealIdentityMatrix(d).getData();
    for (int sweep = 0; sweep < SWEEPS && offDiagonal(m) > 0; sweep++) {
      for (int p = 0; p < d; p++) {
        for (int q = p + 1; q < d; q++) {
          // Below the rounding of both diagonal entries it changes neither.
          if (Math.abs(m[p][q]) <= 1e-17 * Math.sqrt(Math.abs(m[p][p] * m[q][q]))) {
            m[p][q] = 0;
            m[q][p] = 0;
          } else {
            rotate(m, v, p, q);
          }
        }
      }
    }
    double[] values = new double[d];
    for (int i = 0; i < d; i++) {
      values[i] = m[i][i];
    }
    return new SymmetricEigen(values, new Array2DRowRealMatrix(v, false));
  }

  private static void rotate(double[][] m, double[][] v, int p, int q) {
    double theta = (m[q][q] - m[p][p]) / (2 * m[p][q]);
    double t = Math.copySign(1, theta) / (Math.abs(theta) + Math.hypot(theta, 1));
    double c = 1 / Math.hypot(t, 1);
    double s = t * c;
    for (int i = 0; i < m.length; i++) {
      turn(m[i], p, q, c, s);
      turn(v[i], p, q, c, s);
    }
    for (int i = 0; i < m.length; i++) {
      double x = m[p][i];
      double y = m[q][i];
      m[p][i] = c * x - s * y;
      m[q][i] = s * x + c * y;
    }
    m[p][q] = 0;
    m[q][p] = 0;
  }

  private static void turn(double[] row, int p, int q, double c, double s) {
    double x = row[p];
    double y = row[q];
    row[p] = c * x - s * y;
    row[q] = s * x + c * y;
  }

  private static double offDiagonal(double[][] m) {
    double sum = 0;
    for (int i = 0; i < m.length; i++) {
      for (int j = 0; j < i; j++) {
        sum += m[i][j] * m[i][j];
      }
    }
    return sum;
  }
}
