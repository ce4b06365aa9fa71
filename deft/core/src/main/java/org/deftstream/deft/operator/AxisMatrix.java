package org.deftstream.deft.operator;

import org.hipparchus.linear.MatrixUtils;
import org.hipparchus.linear.RealMatrix;

/**
 * A small matrix that acts along one axis of an image. Immutable and thread-safe.
 *
 * <p>Kept by columns, each with the range of rows in which it is not 0, so that banded matrices
 * cost no more than their band.
 */
final class AxisMatrix {
  private final int rows;
  private final int columns;
  private final float[] byColumn;
  private final int[] first;
  private final int[] end;

  AxisMatrix(RealMatrix matrix) {
    rows = matrix.getRowDimension();
    columns = matrix.getColumnDimension();
    byColumn = new float[rows * columns];
    first = new int[columns];
    end = new int[columns];
    for (int c = 0; c < columns; c++) {
      first[c] = rows;
      for (int r = 0; r < rows; r++) {
        float value = (float) matrix.getEntry(r, c);
        byColumn[c * rows + r] = value;
        if (value != 0) {
          first[c] = Math.min(first[c], r);
          end[c] = r + 1;
        }
      }
    }
  }

  int rows() {
    return rows;
  }

  int columns() {
    return columns;
  }

  AxisMatrix transposed() {
    return new AxisMatrix(matrix().transpose());
  }

  RealMatrix matrix() {
    var matrix = MatrixUtils.createRealMatrix(rows, columns);
    for (int c = 0; c < columns; c++) {
      for (int r = 0; r < rows; r++) {
        matrix.setEntry(r, c, byColumn[c * rows + r]);
      }
    }
    return matrix;
  }

  /**
   * The product {@code down X across^T} for every channel of an image.
   *
   * @param image down.columns x across.columns x channels, channels last
   * @return a new array of down.rows x across.rows x channels
   */
  static float[] apply(AxisMatrix down, AxisMatrix across, float[] image, int channels) {
    int wide = across.rows * channels;
    var narrow = new float[down.columns * wide];
    int at = 0;
    for (int y = 0; y < down.columns; y++) {
      for (int x = 0; x < across.columns; x++) {
        int column = x * across.rows;
        for (int c = 0; c < channels; c++) {
          float value = image[at++];
          int to = y * wide + c;
          for (int j = across.first[x]; j < across.end[x]; j++) {
            narrow[to + j * channels] += value * across.byColumn[column + j];
          }
        }
      }
    }
    var out = new float[down.rows * wide];
    for (int y = 0; y < down.columns; y++) {
      for (int i = down.first[y]; i < down.end[y]; i++) {
        float weight = down.byColumn[y * down.rows + i];
        int from = y * wide;
        int to = i * wide;
        for (int k = 0; k < wide; k++) {
          out[to + k] += weight * narrow[from + k];
        }
      }
    }
    return out;
  }
}
