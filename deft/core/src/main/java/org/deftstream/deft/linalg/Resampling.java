package org.deftstream.deft.linalg;

import org.hipparchus.linear.MatrixUtils;
import org.hipparchus.linear.RealMatrix;

/**
 * Matrices that resample or blur a line of pixels. Lines go on beyond their ends as in a mirror
 * that stands at the edge of the last pixel. Stateless and thread-safe.
 */
public final class Resampling {
  private Resampling() {}

  /** Averages of {@code factor} neighbours each; side must be a multiple of it. */
  public static RealMatrix average(int side, int factor) {
    var matrix = MatrixUtils.createRealMatrix(side / factor, side);
    for (int column = 0; column < side; column++) {
      matrix.setEntry(column / factor, column, 1.0 / factor);
    }
    return matrix;
  }

  /**
   * Bicubic interpolation (Keys, IEEE Trans. Acoustics 29, 1981, a = -1/2) with the kernel widened
   * by the factor against aliasing.
   */
  public static RealMatrix bicubic(int side, int factor) {
    var matrix = MatrixUtils.createRealMatrix(side / factor, side);
    for (int row = 0; row < side / factor; row++) {
      double centre = (row + 0.5) * factor - 0.5;
      for (int place = (int) Math.floor(centre - 2 * factor);
          place <= centre + 2 * factor;
          place++) {
        matrix.addToEntry(row, mirrored(place, side), cubic(Math.abs(place - centre) / factor));
      }
    }
    return normalised(matrix);
  }

  /** A Gaussian blur of the standard deviation in pixels, cut off at four of them. */
  public static RealMatrix gaussian(int side, double deviation) {
    var matrix = MatrixUtils.createRealMatrix(side, side);
    int reach = (int) Math.ceil(4 * deviation);
    for (int row = 0; row < side; row++) {
      for (int step = -reach; step <= reach; step++) {
        double distance = step / deviation;
        matrix.addToEntry(row, mirrored(row + step, side), Math.exp(-distance * distance / 2));
      }
    }
    return normalised(matrix);
  }

  /**
   * The eigenvalues of {@link #gaussian}, whose eigenvectors are the cosines of {@link
   * CosineTransform}, in their order; 0 for what is negative by the cut.
   */
  public static double[] gaussianValues(int side, double deviation) {
    int reach = (int) Math.ceil(4 * deviation);
    var values = new double[side];
    double all = 0;
    for (int step = -reach; step <= reach; step++) {
      double weight = Math.exp(-step * step / (2 * deviation * deviation));
      all += weight;
      for (int k = 0; k < side; k++) {
        values[k] += weight * Math.cos(Math.PI * k * step / side);
      }
    }
    for (int k = 0; k < side; k++) {
      values[k] = Math.max(0, values[k] / all);
    }
    return values;
  }

  /** The pixel within the line that a place outside it mirrors. */
  public static int mirrored(int place, int side) {
    int within = Math.floorMod(place, 2 * side);
    return within < side ? within : 2 * side - 1 - within;
  }

  private static double cubic(double x) {
    if (x <= 1) {
      return (1.5 * x - 2.5) * x * x + 1;
    }
    return x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0;
  }

  private static RealMatrix normalised(RealMatrix matrix) {
    for (int row = 0; row < matrix.getRowDimension(); row++) {
      double sum = 0;
      for (double value : matrix.getRow(row)) {
        sum += value;
      }
      for (int column = 0; column < matrix.getColumnDimension(); column++) {
        matrix.multiplyEntry(row, column, 1 / sum);
      }
    }
    return matrix;
  }
}
