package org.deftstream.deft.metrics;

import java.util.List;

/**
 * The kernel distance of features, KID (Binkowski et al., arXiv 1801.01401): the unbiased estimate
 * of the squared maximum mean discrepancy with the kernel {@code (x . y / d + 1)^3}, d being the
 * number of features. The form is the U-statistic over pairs of indices i != j (Gretton et al.,
 * JMLR 13, 2012, eq. 4), between the sets too: a reconstruction and the truth of the same image are
 * not independent, and with i = j the distance of a good method would be far below 0. It is 0 on
 * average for two sets from one distribution, so single values may be below 0. The kernel's values
 * are computed once; {@link #of(int[])} takes subsets of them. Immutable and thread-safe.
 */
public final class KernelDistance {
  private final int size;
  private final float[] withinA;
  private final float[] withinB;
  private final float[] between;

  /**
   * Computes the kernel between all pairs.
   *
   * @param a n vectors, at least two
   * @param b as many, of the same length
   */
  public KernelDistance(List<float[]> a, List<float[]> b) {
    if (a.size() != b.size() || a.size() < 2) {
      throw new IllegalArgumentException(
          "two sets of at least two vectors and of one size are compared, got "
              + a.size()
              + " and "
              + b.size());
    }
    size = a.size();
    withinA = kernel(a, a);
    withinB = kernel(b, b);
    between = kernel(a, b);
  }

  /** The estimate from all vectors. */
  public double all() {
    var indices = new int[size];
    for (int i = 0; i < size; i++) {
      indices[i] = i;
    }
    return of(indices);
  }

  /**
   * The estimate from a subset, the same indices on both sides.
   *
   * @param indices at least two, without repetition
   */
  public double of(int[] indices) {
    double same = 0;
    double cross = 0;
    for (int i : indices) {
      for (int j : indices) {
        if (i != j) {
          cross += between[i * size + j];
          same += withinA[i * size + j] + withinB[i * size + j];
        }
      }
    }
    double n = indices.length;
    return (same - 2 * cross) / (n * (n - 1));
  }

  private static float[] kernel(List<float[]> a, List<float[]> b) {
    var values = new float[a.size() * b.size()];
    int dimension = a.get(0).length;
    for (int i = 0; i < a.size(); i++) {
      var x = a.get(i);
      for (int j = 0; j < b.size(); j++) {
        var y = b.get(j);
        double dot = 0;
        for (int k = 0; k < dimension; k++) {
          dot += (double) x[k] * y[k];
        }
        double base = dot / dimension + 1;
        values[i * b.size() + j] = (float) (base * base * base);
      }
    }
    return values;
  }
}
