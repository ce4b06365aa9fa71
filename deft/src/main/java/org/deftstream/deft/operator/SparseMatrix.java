package org.deftstream.deft.operator;

import java.util.Arrays;

/**
 * A sparse matrix in compressed rows, float32 with sums in double. Immutable and thread-safe.
 *
 * <p>Vectors may be one channel of a channels-last array: entry i of channel c of C is at {@code i
 * * C + c}.
 */
final class SparseMatrix {
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

  int rows() {
    return rowStart.length - 1;
  }

  int columns() {
    return columns;
  }

  int entries() {
    return column.length;
  }

  /** The product with each channel of {@code x}, a new array of {@code rows * channels}. */
  float[] multiply(float[] x, int channels) {
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
      double even = 0;
      double odd = 0;
      for (; k < end - 1; k += 2) {
        even += weight[k] * x[column[k]];
        odd += weight[k + 1] * x[column[k + 1]];
      }
      if (k < end) {
        even += weight[k] * x[column[k]];
      }
      out[row] = (float) (even + odd);
    }
  }

  private void multiply(float[] x, float[] out, int channels, int c) {
    for (int row = 0; row < rows(); row++) {
      double sum = 0;
      for (int k = rowStart[row]; k < rowStart[row + 1]; k++) {
        sum += weight[k] * x[column[k] * channels + c];
      }
      out[row * channels + c] = (float) sum;
    }
  }

  /** The exact transpose: the same weights, ordered the other way. */
  SparseMatrix transpose() {
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
  static final class Builder {
    private final int columns;
    private int[] rowStart = new int[1024];
    private int rows;
    private int[] column = new int[4096];
    private float[] weight = new float[4096];
    private int entries;

    Builder(int columns) {
      this.columns = columns;
    }

    /** Adds an entry to the row that is being collected; zeros are left out. */
    Builder add(int toColumn, double value) {
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
    Builder endRow() {
      if (++rows == rowStart.length) {
        rowStart = Arrays.copyOf(rowStart, rows * 2);
      }
      rowStart[rows] = entries;
      return this;
    }

    SparseMatrix build() {
      return new SparseMatrix(
          columns,
          Arrays.copyOf(rowStart, rows + 1),
          Arrays.copyOf(column, entries),
          Arrays.copyOf(weight, entries));
    }
  }
}
