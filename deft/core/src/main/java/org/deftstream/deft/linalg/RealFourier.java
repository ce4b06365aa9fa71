package org.deftstream.deft.linalg;

import java.util.Arrays;

/**
 * The unitary discrete Fourier transform of real images whose sides are even, as {@link #fits}
 * says. Bin (-i, -j) of such a spectrum is the conjugate of bin (i, j), so only columns 0 to width
 * / 2 are kept: half the work of {@link Fourier}. Immutable and thread-safe.
 *
 * <p>Along the first axis two rows go together, as the real and the imaginary part of one.
 */
public final class RealFourier {
  /** What sides {@link #fits} takes, for messages. */
  public static final String SIDES = "even";

  private final int height;
  private final int width;
  private final int columns;
  private final double scale;
  private final FourierAxis down;
  private final FourierAxis across;

  /**
   * Transforms of one size.
   *
   * @param height rows, as {@link #fits} says
   * @param width columns, alike
   */
  public RealFourier(int height, int width) {
    if (!fits(height) || !fits(width)) {
      throw new IllegalArgumentException(
          "sides must be " + SIDES + ", got " + height + "x" + width);
    }
    this.height = height;
    this.width = width;
    columns = width / 2 + 1;
    scale = 1 / Math.sqrt((double) height * width);
    down = FourierAxis.of(height);
    across = FourierAxis.of(width);
  }

  /** Whether images may have this side. */
  public static boolean fits(int side) {
    return side >= 2 && side % 2 == 0;
  }

  /** Number of bins that are kept: height x (width / 2 + 1). */
  public int bins() {
    return height * columns;
  }

  /**
   * The mean of each kept bin and its mirror image, of values that need not be symmetric.
   *
   * @param values of all bins, height x width, at {@code bin * stride + first}
   */
  public double[] symmetric(float[] values, int stride, int first) {
    var out = new double[bins()];
    for (int i = 0; i < height; i++) {
      for (int j = 0; j < columns; j++) {
        int bin = i * width + j;
        int mirrored = (height - i) % height * width + (width - j) % width;
        out[i * columns + j] =
            ((double) values[bin * stride + first] + values[mirrored * stride + first]) / 2;
      }
    }
    return out;
  }

  /**
   * Transforms an image.
   *
   * @param image height x width, which stays as it is
   * @param real takes the real parts of the bins
   * @param imaginary takes the imaginary parts
   */
  public void forward(double[] image, double[] real, double[] imaginary) {
    int pairs = (filledRows(image) + 1) / 2; // Padding: half of an oversampled image is empty.
    var lineReal = new double[width * pairs];
    var lineImaginary = new double[width * pairs];
    for (int x = 0; x < width; x++) {
      int at = across.order()[x];
      for (int j = 0; j < pairs; j++) {
        lineReal[x * pairs + j] = image[j * width + at];
        lineImaginary[x * pairs + j] = image[(j + pairs) * width + at];
      }
    }
    across.butterflies(lineReal, lineImaginary, pairs, pairs, false);
    Arrays.fill(real, 0);
    Arrays.fill(imaginary, 0);
    double half = scale / 2;
    for (int j = 0; j < pairs; j++) {
      int a = down.places()[j] * columns;
      int b = down.places()[j + pairs] * columns;
      for (int k = 0; k < columns; k++) {
        int p = k * pairs + j;
        int q = (width - k) % width * pairs + j;
        real[a + k] = half * (lineReal[p] + lineReal[q]);
        imaginary[a + k] = half * (lineImaginary[p] - lineImaginary[q]);
        real[b + k] = half * (lineImaginary[p] + lineImaginary[q]);
        imaginary[b + k] = half * (lineReal[q] - lineReal[p]);
      }
    }
    down.butterflies(real, imaginary, columns, columns, false);
  }

  /**
   * Transforms bins back.
   *
   * @param real real parts of the bins, which stay as they are
   * @param imaginary imaginary parts
   * @param image takes the image; rows that are not wanted may or may not be written
   * @param rows how many rows from the top are wanted
   */
  public void backward(double[] real, double[] imaginary, double[] image, int rows) {
    var rowReal = new double[real.length];
    var rowImaginary = new double[real.length];
    for (int i = 0; i < height; i++) {
      int from = down.order()[i] * columns;
      System.arraycopy(real, from, rowReal, i * columns, columns);
      System.arraycopy(imaginary, from, rowImaginary, i * columns, columns);
    }
    down.butterflies(rowReal, rowImaginary, columns, columns, true);
    int pairs = (rows + 1) / 2;
    var lineReal = new double[width * pairs];
    var lineImaginary = new double[width * pairs];
    for (int k = 0; k < columns; k++) {
      int p = across.places()[k] * pairs;
      int q = across.places()[(width - k) % width] * pairs;
      for (int j = 0; j < pairs; j++) {
        int a = j * columns + k;
        int b = (j + pairs) * columns + k;
        lineReal[q + j] = scale * (rowReal[a] + rowImaginary[b]);
        lineImaginary[q + j] = scale * (rowReal[b] - rowImaginary[a]);
        lineReal[p + j] = scale * (rowReal[a] - rowImaginary[b]);
        lineImaginary[p + j] = scale * (rowReal[b] + rowImaginary[a]);
      }
    }
    across.butterflies(lineReal, lineImaginary, pairs, pairs, true);
    for (int j = 0; j < pairs; j++) {
      for (int x = 0; x < width; x++) {
        image[j * width + x] = lineReal[x * pairs + j];
        image[(j + pairs) * width + x] = lineImaginary[x * pairs + j];
      }
    }
  }

  private int filledRows(double[] image) {
    int last = image.length - 1;
    while (last > 0 && image[last] == 0) {
      last--;
    }
    return last / width + 1;
  }
}
