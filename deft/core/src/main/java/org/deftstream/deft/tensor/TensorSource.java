package org.deftstream.deft.tensor;

/**
 * A tensor that may still lie in a file: its shape is known, its values are read when they are
 * wanted, so that a network larger than the heap passes through one weight at a time.
 */
public interface TensorSource {
  /** Dimensions; empty for a scalar. */
  int[] shape();

  /**
   * The values, read anew at each call.
   *
   * @throws java.io.UncheckedIOException if the file cannot be read
   */
  FloatTensor read();

  /** Number of values. */
  default long size() {
    return FloatTensor.sizeOf(shape());
  }
}
