package org.deftstream.deft.metrics;

import java.util.List;
import org.hipparchus.linear.Array2DRowRealMatrix;
import org.hipparchus.linear.RealMatrix;

/**
 * The Frechet distance of two sets of features, taken for Gaussians (Heusel et al., arXiv
 * 1706.08500): {@code |m1 - m2|^2 + tr(C1 + C2 - 2 (C1 C2)^(1/2))} with the means m and the
 * covariances C of divisor n - 1. What FID is in the features of another network: figures compare
 * only with others of the same network and the same number of images. Stateless and thread-safe.
 */
public final class FrechetDistance {
  private FrechetDistance() {}

  /**
   * Mean and covariance of a set of features.
   *
   * @param mean one value for each feature
   * @param covariance features x features, symmetric
   */
  public record Moments(double[] mean, double[][] covariance) {

    /**
     * The moments of a set.
     *
     * @param features at least two vectors of one length
     */
    public static Moments of(List<float[]> features) {
      if (features.size() < 2) {
        throw new IllegalArgumentException(
            "a covariance needs at least two vectors, got " + features.size());
      }
      int d = features.get(0).length;
      var mean = new double[d];
      for (var f : features) {
        for (int i = 0; i < d; i++) {
          mean[i] += f[i] / features.size();
        }
      }
      var covariance = new double[d][d];
      var centred = new double[d];
      for (var f : features) {
        for (int i = 0; i < d; i++) {
          centred[i] = f[i] - mean[i];
        }
        for (int i = 0; i < d; i++) {
          for (int j = 0; j <= i; j++) {
            covariance[i][j] += centred[i] * centred[j];
          }
        }
      }
      for (int i = 0; i < d; i++) {
        for (int j = 0; j <= i; j++) {
          covariance[i][j] /= features.size() - 1;
          covariance[j][i] = covariance[i][j];
        }
      }
      return new Moments(mean, covariance);
    }
  }

  /** The distance of two sets of features, 0 or more. */
  public static double of(List<float[]> a, List<float[]> b) {
    return of(Moments.of(a), Moments.of(b));
  }

  /** The distance of two Gaussians, 0 or more. */
  public static double of(Moments a, Moments b) {
    double sum = 0;
    double traces = 0;
    for (int i = 0; i < a.mean().length; i++) {
      double difference = a.mean()[i] - b.mean()[i];
      sum += difference * difference;
      traces += a.covariance()[i][i] + b.covariance()[i][i];
    }
    // (C1 C2)^(1/2) has the trace of (R C2 R)^(1/2) with R = C1^(1/2), which is symmetric.
    var root = squareRoot(new Array2DRowRealMatrix(a.covariance()));
    var middle = root.multiply(new Array2DRowRealMatrix(b.covariance())).multiply(root);
    double cross = 0;
    for (double value : SymmetricEigen.of(symmetric(middle)).values()) {
      cross += Math.sqrt(Math.max(0, value));
    }
    return Math.max(0, sum + traces - 2 * cross);
  }

  private static RealMatrix squareRoot(RealMatrix matrix) {
    var eigen = SymmetricEigen.of(matrix);
    var v = eigen.vectors();
    var scaled = v.copy();
    for (int j = 0; j < v.getColumnDimension(); j++) {
      double root = Math.sqrt(Math.max(0, eigen.values()[j]));
      for (int i = 0; i < v.getRowDimension(); i++) {
        scaled.multiplyEntry(i, j, root);
      }
    }
    return scaled.multiplyTransposed(v);
  }

  /** Takes away what rounding has left of asymmetry, which the decomposition would refuse. */
  private static RealMatrix symmetric(RealMatrix m) {
    return m.add(m.transpose()).scalarMultiply(0.5);
  }
}
