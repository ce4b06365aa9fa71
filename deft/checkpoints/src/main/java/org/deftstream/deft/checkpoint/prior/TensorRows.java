package org.deftstream.deft.checkpoint.prior;

import org.deftstream.deft.tensor.FloatTensor;
import org.deftstream.deft.tensor.TensorSource;

/**
 * Some rows of a tensor, in another order and shape.
 *
 * @param rows indices along the first side
 * @param shape of the result, whose first side is the number of rows
 */
record TensorRows(TensorSource source, int[] rows, int[] shape) implements TensorSource {
  /** All rows, without the sides of length 1 behind the first two: a convolution as a matrix. */
  static TensorSource matrix(TensorSource source) {
    int[] shape = source.shape();
    return all(source, shape[0], shape[1]);
  }

  private static TensorSource all(TensorSource source, int... shape) {
    var rows = new int[shape[0]];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = i;
    }
    return new TensorRows(source, rows, shape);
  }

  /** The first rows. */
  static TensorSource first(TensorSource source, int count) {
    int[] shape = source.shape().clone();
    shape[0] = count;
    return all(source, shape);
  }

  @Override
  public FloatTensor read() {
    float[] values = source.read().data();
    int width = values.length / source.shape()[0];
    var chosen = new float[rows.length * width];
    for (int i = 0; i < rows.length; i++) {
      System.arraycopy(values, rows[i] * width, chosen, i * width, width);
    }
    return new FloatTensor(shape, chosen);
  }
}
