package org.deftstream.deft.linalg;

/**
 * The unitary discrete Fourier transform of complex images. Its inverse is its adjoint. Immutable
 * and thread-safe.
 *
 * <p>One axis after the other ({@link FourierAxis}). The lines of an axis go together: an image is
 * laid so that the innermost loops run over all of them, which a compiler turns into vector
 * instructions, and not along one.
 */
public final class Fourier {
  private final int height;
  private final int width;
  private final FourierAxis down;
  private final FourierAxis across;

  /**
   * Transforms of one size.
   *
   * @param height rows, 1 or more
   * @param width columns, alike
   */
  public Fourier(int height, int width) {
    this.height = height;
    this.width = width;
    down = FourierAxis.of(height);
    across = FourierAxis.of(width);
  }

  /**
   * Transforms in place.
   *
   * @param real real parts, height x width
   * @param imaginary imaginary parts
   * @param backward the inverse transform
   */
  public void transform(double[] real, double[] imaginary, boolean backward) {
    int filled = filledRows(real, imaginary); // Padding: half of an oversampled image is empty.
    var turnedReal = new double[real.length];
    var turnedImaginary = new double[real.length];
    turn(real, turnedReal, width, filled, height, across.order(), 1);
    turn(imaginary, turnedImaginary, width, filled, height, across.order(), 1);
    across.butterflies(turnedReal, turnedImaginary, height, filled, backward);
    double scale = 1 / Math.sqrt((double) height * width);
    turn(turnedReal, real, height, width, width, down.order(), scale);
    turn(turnedImaginary, imaginary, height, width, width, down.order(), scale);
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
}
