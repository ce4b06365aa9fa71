package org.deftstream.deft.operator;

import org.hipparchus.transform.DftNormalization;
import org.hipparchus.transform.FastFourierTransformer;
import org.hipparchus.transform.TransformType;

/**
 * The unitary discrete Fourier transform of complex images whose sides are powers of two. Its
 * inverse is its adjoint. Immutable and thread-safe.
 *
 * @param height rows, a power of two
 * @param width columns, a power of two
 */
record Fourier(int height, int width) {
  static boolean isPowerOfTwo(int side) {
    return Integer.bitCount(side) == 1;
  }

  /**
   * Transforms in place.
   *
   * @param real real parts, height x width
   * @param imaginary imaginary parts
   * @param backward the inverse transform
   */
  void transform(double[] real, double[] imaginary, boolean backward) {
    var type = backward ? TransformType.INVERSE : TransformType.FORWARD;
    lines(real, imaginary, height, width, width, 1, type);
    lines(real, imaginary, width, height, 1, width, type);
  }

  private static void lines(
      double[] real,
      double[] imaginary,
      int lines,
      int length,
      int lineStride,
      int stride,
      TransformType type) {
    var line = new double[2][length];
    for (int i = 0; i < lines; i++) {
      boolean empty = true;
      for (int j = 0, at = i * lineStride; j < length; j++, at += stride) {
        line[0][j] = real[at];
        line[1][j] = imaginary[at];
        empty &= real[at] == 0 && imaginary[at] == 0;
      }
      if (empty) {
        continue; // Padding: half of the rows of an oversampled image.
      }
      FastFourierTransformer.transformInPlace(line, DftNormalization.UNITARY, type);
      for (int j = 0, at = i * lineStride; j < length; j++, at += stride) {
        real[at] = line[0][j];
        imaginary[at] = line[1][j];
      }
    }
  }
}
