package org.deftstream.deft.tensor;

import java.util.Arrays;

/**
 * A named weight's value on the host: row-major float32. The array is shared, not copied: who makes
 * a tensor hands it over and writes to it no more.
 *
 * @param shape dimensions; empty for a scalar
 * @param data as many values as the product of the dimensions
 */
@SuppressWarnings("ArrayRecordComponent") // a bulk value: copying 100 MB to be pure helps nobody
public record FloatTensor(int[] shape, float[] data) implements TensorSource {
  public FloatTensor {
    if (sizeOf(shape) != data.length) {
      throw new IllegalArgumentException(
          "shape " + Arrays.toString(shape) + " does not hold " + data.length + " values");
    }
  }

  @Override
  public FloatTensor read() {
    return this;
  }

  /** The number of values in a tensor of this shape. */
  public static long sizeOf(int[] shape) {
    for (int d : shape) {
      if (d == 0) {
        return 0;
      }
    }
    long size = 1;
    for (int d : shape) {
      size = Math.multiplyExact(size, (long) d);
    }
    return size;
  }

  /** Whether every value is a finite number. */
  public boolean isFinite() {
    for (float v : data) {
      if (!Float.isFinite(v)) {
        return false;
      }
    }
    return true;
  }
}
