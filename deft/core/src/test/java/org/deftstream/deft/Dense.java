package org.deftstream.deft;

import java.util.Arrays;
import org.deftstream.deft.operator.ForwardOperator;

/** Dense matrices in double, as small as the closed forms need. */
public final class Dense {
  private Dense() {}

  public static double[][] matrix(ForwardOperator operator) {
    int n = operator.imageShape().size();
    int m = operator.measure(new float[n]).length;
    var a = new double[m][n];
    for (int column = 0; column < n; column++) {
      var unit = new float[n];
      unit[column] = 1;
      var image = operator.measure(unit);
      for (int row = 0; row < m; row++) {
        a[row][column] = image[row];
      }
    }
    return a;
  }

  public static double[][] identity(int n, double scale) {
    var out = new double[n][n];
    for (int i = 0; i < n; i++) {
      out[i][i] = scale;
    }
    return out;
  }

  public static double[][] transpose(double[][] a) {
    var out = new double[a[0].length][a.length];
    for (int i = 0; i < a.length; i++) {
      for (int j = 0; j < a[0].length; j++) {
        out[j][i] = a[i][j];
      }
    }
    return out;
  }

  public static double[][] times(double[][] a, double[][] b) {
    var out = new double[a.length][b[0].length];
    for (int i = 0; i < a.length; i++) {
      for (int k = 0; k < b.length; k++) {
        for (int j = 0; j < b[0].length; j++) {
          out[i][j] += a[i][k] * b[k][j];
        }
      }
    }
    return out;
  }

  public static double[] times(double[][] a, double[] x) {
    var out = new double[a.length];
    for (int i = 0; i < a.length; i++) {
      for (int j = 0; j < x.length; j++) {
        out[i] += a[i][j] * x[j];
      }
    }
    return out;
  }

  public static double[][] plus(double[][] a, double[][] b, double scale) {
    var out = new double[a.length][];
    for (int i = 0; i < a.length; i++) {
      out[i] = plus(a[i], b[i], scale);
    }
    return out;
  }

  public static double[] plus(double[] a, double[] b, double scale) {
    var out = new double[a.length];
    for (int i = 0; i < a.length; i++) {
      out[i] = a[i] + scale * b[i];
    }
    return out;
  }

  /** The inverse of a positive definite matrix, by Gauss and Jordan. */
  public static double[][] inverse(double[][] matrix) {
    int n = matrix.length;
    var a = new double[n][];
    for (int i = 0; i < n; i++) {
      a[i] = Arrays.copyOf(matrix[i], 2 * n);
      a[i][n + i] = 1;
    }
    for (int pivot = 0; pivot < n; pivot++) {
      double scale = 1 / a[pivot][pivot];
      for (int j = 0; j < 2 * n; j++) {
        a[pivot][j] *= scale;
      }
      for (int i = 0; i < n; i++) {
        double factor = a[i][pivot];
        if (i != pivot && factor != 0) {
          a[i] = plus(a[i], a[pivot], -factor);
        }
      }
    }
    var out = new double[n][];
    for (int i = 0; i < n; i++) {
      out[i] = Arrays.copyOfRange(a[i], n, 2 * n);
    }
    return out;
  }

  /** The lower triangle L with {@code L L^T} equal to the matrix. */
  public static double[][] cholesky(double[][] matrix) {
    int n = matrix.length;
    var lower = new double[n][n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j <= i; j++) {
        double sum = matrix[i][j];
        for (int k = 0; k < j; k++) {
          sum -= lower[i][k] * lower[j][k];
        }
        lower[i][j] = i == j ? Math.sqrt(sum) : sum / lower[j][j];
      }
    }
    return lower;
  }

  public static double norm(double[] x) {
    return Math.sqrt(Arrays.stream(x).map(v -> v * v).sum());
  }

  public static double norm(double[][] a) {
    return Math.sqrt(Arrays.stream(a).mapToDouble(row -> norm(row) * norm(row)).sum());
  }

  public static double[] doubles(float[] x) {
    var out = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      out[i] = x[i];
    }
    return out;
  }

  public static float[] floats(double[] x) {
    var out = new float[x.length];
    for (int i = 0; i < x.length; i++) {
      out[i] = (float) x[i];
    }
    return out;
  }
}
