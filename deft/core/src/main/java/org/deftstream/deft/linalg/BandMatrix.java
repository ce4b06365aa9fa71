package org.deftstream.deft.linalg;

import java.util.ArrayList;
import org.deftstream.deft.image.ImageShape;
import org.hipparchus.linear.RealMatrix;

/**
 * A square matrix with a narrow band that acts along one axis of an image, kept by its diagonals: a
 * product is one long loop for each of them, which a compiler turns into vector instructions. For
 * wide bands {@link AxisMatrix} is cheaper. Immutable and thread-safe.
 */
public final class BandMatrix {
  private final int[] shifts;
  private final float[][] diagonals;

  private BandMatrix(int[] shifts, float[][] diagonals) {
    this.shifts = shifts;
    this.diagonals = diagonals;
  }

  /** Acts along the height: the matrix has as many rows and columns as the image has rows. */
  public static BandMatrix down(RealMatrix matrix, ImageShape shape) {
    return of(matrix, shape, shape.width() * shape.channels());
  }

  /** Acts along the width: the matrix has as many rows and columns as the image has columns. */
  public static BandMatrix across(RealMatrix matrix, ImageShape shape) {
    return of(matrix, shape, shape.channels());
  }

  /**
   * Spreads the diagonals over the values of an image.
   *
   * @param stride distance of neighbours along the axis
   */
  private static BandMatrix of(RealMatrix matrix, ImageShape shape, int stride) {
    int side = matrix.getRowDimension();
    var shifts = new ArrayList<Integer>();
    var diagonals = new ArrayList<float[]>();
    for (int diagonal = 1 - side; diagonal < side; diagonal++) {
      var spread = new float[shape.size()];
      boolean empty = true;
      for (int i = 0; i < spread.length; i++) {
        int row = i / stride % side;
        int column = row + diagonal;
        if (column >= 0 && column < side) {
          spread[i] = (float) matrix.getEntry(row, column);
          empty &= spread[i] == 0;
        }
      }
      if (!empty) {
        shifts.add(diagonal * stride);
        diagonals.add(spread);
      }
    }
    return new BandMatrix(
        shifts.stream().mapToInt(Integer::intValue).toArray(), diagonals.toArray(float[][]::new));
  }

  /** The product with an image, a new array. */
  public float[] multiply(float[] image) {
    var out = new float[image.length];
    var moved = new float[image.length];
    for (int d = 0; d < shifts.length; d++) {
      int shift = shifts[d];
      // Where the copy has no neighbour to offer, the diagonal is 0.
      System.arraycopy(
          image, Math.max(0, shift), moved, Math.max(0, -shift), image.length - Math.abs(shift));
      add(out, diagonals[d], moved);
    }
    return out;
  }

  /** One index for all arrays: with a shift in it the compiler makes no vector instructions. */
  private static void add(float[] out, float[] diagonal, float[] moved) {
    for (int i = 0; i < out.length; i++) {
      out[i] += diagonal[i] * moved[i];
    }
  }
}
