package org.deftstream.deft.checkpoint.prior;

import java.util.Arrays;
import org.deftstream.deft.UserError;
import org.deftstream.deft.tensor.FloatTensor;
import org.deftstream.deft.tensor.TensorSource;

/**
 * Some rows of a tensor, in another order and shape.
 *
 * @param rows indices along the first side; null for the first ones as they are, as a side without
 *     values may be of any length
 * @param shape of the result, whose first side is the number of rows
 */
record TensorRows(TensorSource source, int[] rows, int[] shape) implements TensorSource {
  /**
   * All rows, without the sides of length 1 behind the first two: a convolution as a matrix.
   *
   * @throws UserError if it is none of one pixel
   */
  static TensorSource matrix(TensorSource source) {
    int[] shape = source.shape();
    for (int i = 2; i < shape.length; i++) {
      if (shape[i] != 1) {
        throw new UserError(
            "a projection has shape " + Arrays.toString(shape) + ", not that of one pixel");
      }
    }
    return new TensorRows(source, null, new int[] {shape[0], shape[1]});
  }

  /**
   * The first rows.
   *
   * @throws UserError if there are fewer
   */
  static TensorSource first(TensorSource source, int count) {
    int[] shape = source.shape().clone();
    if (shape[0] < count) {
      throw new UserError(
          "the output has shape " + Arrays.toString(shape) + ", fewer than " + count + " rows");
    }
    shape[0] = count;
    return new TensorRows(source, null, shape);
  }

  @Override
  public FloatTensor read() {
    float[] values = source.read().data();
    if (rows == null) {
      int size = Math.toIntExact(FloatTensor.sizeOf(shape));
      return new FloatTensor(shape, size == values.length ? values : Arrays.copyOf(values, size));
    }
    int width = values.length / source.shape()[0];
    var chosen = new float[rows.length * width];
    for (int i = 0; i < rows.length; i++) {
      System.arraycopy(values, rows[i] * width, chosen, i * width, width);
    }
    return new FloatTensor(shape, chosen);
  }
}
