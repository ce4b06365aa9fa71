package org.deftstream.deft.checkpoint.prior;

import org.deftstream.deft.tensor.FloatTensor;
import org.deftstream.deft.tensor.TensorSource;

/** A matrix whose rows are the columns of another. */
record TransposedMatrix(TensorSource source) implements TensorSource {
  @Override
  public int[] shape() {
    return new int[] {source.shape()[1], source.shape()[0]};
  }

  @Override
  public FloatTensor read() {
    float[] values = source.read().data();
    int rows = source.shape()[0];
    int columns = source.shape()[1];
    var turned = new float[values.length];
    for (int r = 0; r < rows; r++) {
      for (int c = 0; c < columns; c++) {
        turned[c * rows + r] = values[r * columns + c];
      }
    }
    return new FloatTensor(shape(), turned);
  }
}
