package org.deftstream.deft.linalg;

import java.util.Arrays;

/**
 * A sparse matrix in compressed rows, float32. Immutable and thread-safe.
 *
 * <p>{@link #multiplyLanes} takes several vectors at a time, for a fraction of what as many
 * products cost: each entry is read once for all of them, and their sums do not wait for each
 * other. A vector's product is the same to the bit either way.
 *
 * <p>Vectors may be one channel of a channels-last array: entry i of channel c of C is at {@code i
 * * C + c}.
 */
public final class SparseMatrix {
  /** So many vectors are multiplied together. */
  public static final int LANES = 8;

  private final int columns;
  private final int[] rowStart;
  private final int[] column;
  private final float[] weight;

  private SparseMatrix(int columns, int[] rowStart, int[] column, float[] weight) {
    this.columns = columns;
    this.rowStart = rowStart;
    this.column = column;
    this.weight = weight;
  }

  public int rows() {
    return rowStart.length - 1;
  }

  public int columns() {
    return columns;
  }

  int entries() {
    return column.length;
  }

  /** Row and column of each entry, one after the other, in the order of {@link #values}. */
  public long[] indices() {
    var indices = new long[2 * column.length];
    for (int row = 0; row < rows(); row++) {
      for (int k = rowStart[row]; k < rowStart[row + 1]; k++) {
        indices[2 * k] = row;
        indices[2 * k + 1] = column[k];
      }
    }
    return indices;
  }

  /** The entries, row after row. */
  public float[] values() {
    return weight.clone();
  }

  /** The product with each channel of {@code x}, a new array of {@code rows * channels}. */
  public float[] multiply(float[] x, int channels) {
    if (x.length != columns * channels) {
      throw new IllegalArgumentException(
          "expected " + columns * channels + " values, got " + x.length);
    }
    var out = new float[rows() * channels];
    if (channels == 1) {
      multiply(x, out);
    } else {
      for (int c = 0; c < channels; c++) {
        multiply(x, out, channels, c);
      }
    }
    return out;
  }

  private void multiply(float[] x, float[] out) {
    for (int row = 0; row < out.length; row++) {
      int end = rowStart[row + 1];
      int k = rowStart[row];
      // Two sums, because one would wait for its own last addition.
      float even = 0;
      float odd = 0;
      for (; k < end - 1; k += 2) {
        even += weight[k] * x[column[k]];
        odd += weight[k + 1] * x[column[k + 1]];
      }
      if (k < end) {
        even += weight[k] * x[column[k]];
      }
      out[row] = even + odd;
    }
  }

  /**
   * The products with {@link #LANES} vectors of one channel, interleaved: entry i of vector j is at
   * {@code i * LANES + j}. Written out, so that the sums stay in registers.
   *
   * @param x the vectors
   * @param out where the products go
   */
  public void multiplyLanes(float[] x, float[] out) {
    for (int row = 0; row < rows(); row++) {
      int end = rowStart[row + 1];
      int k = rowStart[row];
      float even0 = 0;
      float even1 = 0;
      float even2 = 0;
      float even3 = 0;
      float even4 = 0;
      float even5 = 0;
      float even6 = 0;
      float even7 = 0;
      float odd0 = 0;
      float odd1 = 0;
      float odd2 = 0;
      float odd3 = 0;
      float odd4 = 0;
      float odd5 = 0;
      float odd6 = 0;
      float odd7 = 0;
      for (; k < end - 1; k += 2) {
        float w = weight[k];
        int a = column[k] * LANES;
        even0 += w * x[a + 0];
        even1 += w * x[a + 1];
        even2 += w * x[a + 2];
        even3 += w * x[a + 3];
        even4 += w * x[a + 4];
        even5 += w * x[a + 5];
        even6 += w * x[a + 6];
        even7 += w * x[a + 7];
        float v = weight[k + 1];
        int b = column[k + 1] * LANES;
        odd0 += v * x[b + 0];
        odd1 += v * x[b + 1];
        odd2 += v * x[b + 2];
        odd3 += v * x[b + 3];
        odd4 += v * x[b + 4];
        odd5 += v * x[b + 5];
        odd6 += v * x[b + 6];
        odd7 += v * x[b + 7];
      }
      if (k < end) {
        float w = weight[k];
        int a = column[k] * LANES;
        even0 += w * x[a + 0];
        even1 += w * x[a + 1];
        even2 += w * x[a + 2];
        even3 += w * x[a + 3];
        even4 += w * x[a + 4];
        even5 += w * x[a + 5];
        even6 += w * x[a + 6];
        even7 += w * x[a + 7];
      }
      int o = row * LANES;
      out[o + 0] = even0 + odd0;
      out[o + 1] = even1 + odd1;
      out[o + 2] = even2 + odd2;
      out[o + 3] = even3 + odd3;
      out[o + 4] = even4 + odd4;
      out[o + 5] = even5 + odd5;
      out[o + 6] = even6 + odd6;
      out[o + 7] = even7 + odd7;
    }
  }

  private void multiply(float[] x, float[] out, int channels, int c) {
    for (int row = 0; row < rows(); row++) {
      float sum = 0;
      for (int k = rowStart[row]; k < rowStart[row + 1]; k++) {
        sum += weight[k] * x[column[k] * channels + c];
      }
      out[row * channels + c] = sum;
    }
  }

  /** The exact transpose: the same weights, ordered the other way. */
  public SparseMatrix transpose() {
    var start = new int[columns + 1];
    for (int c : column) {
      start[c + 1]++;
    }
    for (int c = 0; c < columns; c++) {
      start[c + 1] += start[c];
    }
    var next = start.clone();
    var rowOf = new int[column.length];
    var transposed = new float[column.length];
    for (int row = 0; row < rows(); row++) {
      for (int k = rowStart[row]; k < rowStart[row + 1]; k++) {
        int place = next[column[k]]++;
        rowOf[place] = row;
        transposed[place] = weight[k];
      }
    }
    return new SparseMatrix(rows(), start, rowOf, transposed);
  }

  /** Collects the entries of a matrix row by row. */
  public static final class Builder {
    private final int columns;
    private int[] rowStart = new int[1024];
    private int rows;
    private int[] column = new int[4096];
    private float[] weight = new float[4096];
    private int entries;

    public Builder(int columns) {
      this.columns = columns;
    }

    /** Adds an entry to the row that is being collected; zeros are left out. */
    public Builder add(int toColumn, double value) {
      if (value != 0) {
        if (entries == column.length) {
          column = Arrays.copyOf(column, entries * 2);
          weight = Arrays.copyOf(weight, entries * 2);
        }
        column[entries] = toColumn;
        weight[entries++] = (float) value;
      }
      return this;
    }

    /** Ends the row that is being collected. */
    public Builder endRow() {
      if (++rows == rowStart.length) {
        rowStart = Arrays.copyOf(rowStart, rows * 2);
      }
      rowStart[rows] = entries;
      return this;
    }

    public SparseMatrix build() {
      return new SparseMatrix(
          columns,
          Arrays.copyOf(rowStart, rows + 1),
          Arrays.copyOf(column, entries),
          Arrays.copyOf(weight, entries));
    }
  }
}
