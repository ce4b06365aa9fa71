package org.deftstream.deft.tensorflow;

import org.deftstream.deft.tensor.FloatTensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/** Host arrays to native tensors and back. The caller closes what it makes. */
final class Tensors {
  private Tensors() {}

  static TFloat32 of(float[] data, long... shape) {
    return TFloat32.tensorOf(Shape.of(shape), DataBuffers.of(data, true, false));
  }

  static TFloat32 of(FloatTensor tensor) {
    var shape = new long[tensor.shape().length];
    for (int i = 0; i < shape.length; i++) {
      shape[i] = tensor.shape()[i];
    }
    return of(tensor.data(), shape);
  }

  static TInt32 of(int[] data) {
    return TInt32.vectorOf(data);
  }

  /** The number of values of an array of these sides. */
  static long size(long[] sides) {
    long size = 1;
    for (long side : sides) {
      size *= side;
    }
    return size;
  }

  /** Sides with another in front. */
  static long[] with(long first, long[] sides) {
    var all = new long[sides.length + 1];
    all[0] = first;
    System.arraycopy(sides, 0, all, 1, sides.length);
    return all;
  }

  static float[] toFloats(TFloat32 tensor) {
    var values = new float[Math.toIntExact(tensor.size())];
    tensor.asRawTensor().data().asFloats().read(values);
    return values;
  }
}
