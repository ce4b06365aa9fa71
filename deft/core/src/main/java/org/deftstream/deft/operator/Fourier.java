package org.deftstream.deft.operator;

/**
 * The unitary discrete Fourier transform of complex images whose sides are powers of two. Its
 * inverse is its adjoint. Immutable and thread-safe.
 *
 * <p>One axis after the other by the decimation in time (Cooley and Tukey, Math. Comp. 19, 1965).
 * The lines of an axis go together: an image is laid so that the innermost loops run over all of
 * them, which a compiler turns into vector instructions, and not along one.
 */
final class Fourier {
  private final int height;
  private final int width;
  private final Axis down;
  private final Axis across;

  /**
   * Transforms of one size.
   *
   * @param height rows, a power of two
   * @param width columns, a power of two
   */
  Fourier(int height, int width) {
    if (!isPowerOfTwo(height) || !isPowerOfTwo(width)) {
      throw new IllegalArgumentException(
          "sides must be powers of two, got " + height + "x" + width);
    }
    this.height = height;
    this.width = width;
    down = new Axis(height);
    across = new Axis(width);
  }

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
    int filled = filledRows(real, imaginary); // Padding: half of an oversampled image is empty.
    var turnedReal = new double[real.length];
    var turnedImaginary = new double[real.length];
    turn(real, turnedReal, width, filled, height, across.order, 1);
    turn(imaginary, turnedImaginary, width, filled, height, across.order, 1);
    across.butterflies(turnedReal, turnedImaginary, height, filled, backward);
    double scale = 1 / Math.sqrt((double) height * width);
    turn(turnedReal, real, height, width, width, down.order, scale);
    turn(turnedImaginary, imaginary, height, width, width, down.order, scale);
    down.butterflies(real, imaginary, width, width, backward);
  }

  private int filledRows(double[] real, double[] imaginary) {
    int last = real.length - 1;
    while (last > 0 && real[last] == 0 && imaginary[last] == 0) {
      last--;
    }
    return last / width + 1;
  }

  /**
   * Turns rows into columns: line i of {@code to} is column {@code order[i]} of {@code from},
   * scaled.
   *
   * @param lines of {@code to}, and columns of {@code from}
   * @param length how much of a line is wanted
   * @param stride of the lines of {@code to}
   */
  private static void turn(
      double[] from, double[] to, int lines, int length, int stride, int[] order, double scale) {
    for (int i = 0; i < lines; i++) {
      int begin = i * stride;
      int at = order[i];
      for (int j = 0; j < length; j++, at += lines) {
        to[begin + j] = scale * from[at];
      }
    }
  }

  /** Transforms of one length. */
  static final class Axis {
    private final int length;

    /** The reversal of the bits of an index. */
    final int[] order;

    private final double[] cos;
    private final double[] sin;

    Axis(int length) {
      this.length = length;
      order = new int[length];
      int bits = Integer.numberOfTrailingZeros(length);
      for (int i = 0; i < length; i++) {
        order[i] = bits == 0 ? 0 : Integer.reverse(i) >>> (Integer.SIZE - bits);
      }
      cos = new double[length / 2];
      sin = new double[length / 2];
      for (int i = 0; i < length / 2; i++) {
        cos[i] = Math.cos(2 * Math.PI * i / length);
        sin[i] = Math.sin(2 * Math.PI * i / length);
      }
    }

    /**
     * Transforms down the columns of {@code length} rows that are in the order of reversed bits.
     *
     * @param stride of the rows
     * @param columns how many are transformed
     */
    void butterflies(double[] real, double[] imaginary, int stride, int columns, boolean backward) {
      for (int half = 1; half < length; half *= 2) {
        int turns = length / (2 * half);
        for (int first = 0; first < length; first += 2 * half) {
          for (int j = 0; j < half; j++) {
            double wr = cos[j * turns];
            double wi = backward ? sin[j * turns] : -sin[j * turns];
            int a = (first + j) * stride;
            butterfly(real, imaginary, a, a + half * stride, columns, wr, wi);
          }
        }
      }
    }

    private static void butterfly(
        double[] real, double[] imaginary, int a, int b, int columns, double wr, double wi) {
      for (int c = 0; c < columns; c++) {
        double tr = wr * real[b + c] - wi * imaginary[b + c];
        double ti = wr * imaginary[b + c] + wi * real[b + c];
        double ar = real[a + c];
        double ai = imaginary[a + c];
        real[b + c] = ar - tr;
        imaginary[b + c] = ai - ti;
        real[a + c] = ar + tr;
        imaginary[a + c] = ai + ti;
      }
    }
  }
}
