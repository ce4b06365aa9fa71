package org.deftstream.deft.linalg;

import java.util.Arrays;
import org.hipparchus.linear.MatrixUtils;
import org.hipparchus.linear.RealMatrix;

/**
 * A small matrix that acts along one axis of an image. Immutable and thread-safe.
 *
 * <p>Kept by columns, each with the range of rows in which it is not 0, so that banded matrices
 * cost no more than their band.
 */
public final class AxisMatrix {
  /** Values of a row that are worked on together. */
  private static final int STRIP = 128;

  private final int rows;
  private final int columns;
  private final float[] byColumn;
  private final int[] first;
  private final int[] end;

  public AxisMatrix(RealMatrix matrix) {
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

  public int rows() {
    return rows;
  }

  int columns() {
    return columns;
  }

  /** All values, row-major. */
  public float[] values() {
    var values = new float[rows * columns];
    for (int c = 0; c < columns; c++) {
      for (int r = 0; r < rows; r++) {
        values[r * columns + c] = byColumn[c * rows + r];
      }
    }
    return values;
  }

  AxisMatrix transposed() {
    return new AxisMatrix(matrix().transpose());
  }

  /** A copy. */
  public RealMatrix matrix() {
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
  public static float[] apply(AxisMatrix down, AxisMatrix across, float[] image, int channels) {
    int wide = across.rows * channels;
    var narrow = new float[down.columns * wide];
    var line = new float[across.rows];
    for (int y = 0; y < down.columns; y++) {
      for (int c = 0; c < channels; c++) {
        // One channel at a time: neighbours in the loop are neighbours in memory.
        Arrays.fill(line, 0);
        for (int x = 0; x < across.columns; x++) {
          float value = image[(y * across.columns + x) * channels + c];
          int column = x * across.rows;
          for (int j = across.first[x]; j < across.end[x]; j++) {
            line[j] += value * across.byColumn[column + j];
          }
        }
        for (int j = 0; j < line.length; j++) {
          narrow[y * wide + j * channels + c] = line[j];
        }
      }
    }
    var out = new float[down.rows * wide];
    // A strip of the image at a time, so that it stays near the processor.
    for (int from = 0; from < wide; from += STRIP) {
      int to = Math.min(wide, from + STRIP);
      for (int y = 0; y < down.columns; y++) {
        for (int i = down.first[y]; i < down.end[y]; i++) {
          add(
              out,
              i * wide + from,
              narrow,
              y * wide + from,
              to - from,
              down.byColumn[y * down.rows + i]);
        }
      }
    }
    return out;
  }

  private static void add(float[] to, int at, float[] from, int first, int length, float weight) {
    for (int k = 0; k < length; k++) {
      to[at + k] += weight * from[first + k];
    }
  }
}
