package org.deftstream.deft.linalg;

import org.deftstream.deft.image.ImageShape;

/**
 * The orthonormal cosine transform (DCT-II) of images along both axes, whose inverse is its
 * adjoint: the eigenvectors of every blur that goes on beyond the edges as in a mirror. By way of a
 * Fourier transform of the same length (Makhoul, IEEE Trans. Acoustics 28, 1980). Immutable and
 * thread-safe.
 */
public final class CosineTransform {
  private final ImageShape shape;
  private final Axis down;
  private final Axis across;

  /** Transforms of one shape. */
  public CosineTransform(ImageShape shape) {
    this.shape = shape;
    down = new Axis(shape.height());
    across = new Axis(shape.width());
  }

  /** From an image to its coordinates. */
  public float[] forward(float[] image) {
    return apply(image, false);
  }

  /** From coordinates to their image. */
  public float[] backward(float[] coordinates) {
    return apply(coordinates, true);
  }

  /**
   * The transform of a length as a matrix.
   *
   * @param rows whether its vectors are the rows, or the columns
   * @return length x length, row-major
   */
  public static float[] vectors(int length, boolean rows) {
    var vectors = new float[length * length];
    for (int i = 0; i < length; i++) {
      for (int k = 0; k < length; k++) {
        double scale = Math.sqrt((k == 0 ? 1.0 : 2.0) / length);
        vectors[rows ? k * length + i : i * length + k] =
            (float) (scale * Math.cos(Math.PI * k * (2 * i + 1) / (2.0 * length)));
      }
    }
    return vectors;
  }

  private float[] apply(float[] values, boolean backward) {
    int h = shape.height();
    int w = shape.width();
    int c = shape.channels();
    var rows = new double[values.length];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = values[i];
    }
    down.apply(rows, w * c, backward);
    var columns = new double[values.length];
    for (int y = 0; y < h; y++) {
      for (int x = 0; x < w; x++) {
        for (int k = 0; k < c; k++) {
          columns[(x * h + y) * c + k] = rows[(y * w + x) * c + k];
        }
      }
    }
    across.apply(columns, h * c, backward);
    var out = new float[values.length];
    for (int y = 0; y < h; y++) {
      for (int x = 0; x < w; x++) {
        for (int k = 0; k < c; k++) {
          out[(y * w + x) * c + k] = (float) columns[(x * h + y) * c + k];
        }
      }
    }
    return out;
  }

  /** Transforms of one length, of many lines together. */
  private static final class Axis {
    private final int length;
    private final FourierAxis fourier;
    private final double[] cos;
    private final double[] sin;

    Axis(int length) {
      this.length = length;
      fourier = FourierAxis.of(length);
      cos = new double[length];
      sin = new double[length];
      for (int k = 0; k < length; k++) {
        cos[k] = Math.cos(Math.PI * k / (2.0 * length));
        sin[k] = Math.sin(Math.PI * k / (2.0 * length));
      }
    }

    /** Down the columns of {@code length} rows, in place. */
    void apply(double[] rows, int columns, boolean backward) {
      if (backward) {
        backward(rows, columns);
      } else {
        forward(rows, columns);
      }
    }

    /** Of the line whose transform is taken: the even values, then the odd ones from the end. */
    private int source(int n) {
      return 2 * n < length ? 2 * n : 2 * (length - 1 - n) + 1;
    }

    /** Of coordinate k, so that the transform keeps lengths. */
    private double scale(int k) {
      return k == 0 ? Math.sqrt(1.0 / length) : Math.sqrt(2.0 / length);
    }

    private void forward(double[] rows, int columns) {
      var real = new double[rows.length];
      var imaginary = new double[rows.length];
      for (int i = 0; i < length; i++) {
        System.arraycopy(rows, source(fourier.order()[i]) * columns, real, i * columns, columns);
      }
      fourier.butterflies(real, imaginary, columns, columns, false);
      for (int k = 0; k < length; k++) {
        double a = scale(k) * cos[k];
        double b = scale(k) * sin[k];
        for (int at = k * columns; at < (k + 1) * columns; at++) {
          rows[at] = a * real[at] + b * imaginary[at];
        }
      }
    }

    private void backward(double[] rows, int columns) {
      var real = new double[rows.length];
      var imaginary = new double[rows.length];
      for (int i = 0; i < length; i++) {
        int k = fourier.order()[i];
        double own = 1 / (scale(k) * length);
        double other = k == 0 ? 0 : 1 / (scale(length - k) * length);
        int from = k * columns;
        int mirrored = k == 0 ? 0 : (length - k) * columns;
        for (int c = 0; c < columns; c++) {
          double x = own * rows[from + c];
          double y = other * rows[mirrored + c];
          real[i * columns + c] = cos[k] * x + sin[k] * y;
          imaginary[i * columns + c] = sin[k] * x - cos[k] * y;
        }
      }
      fourier.butterflies(real, imaginary, columns, columns, true);
      for (int n = 0; n < length; n++) {
        System.arraycopy(real, n * columns, rows, source(n) * columns, columns);
      }
    }
  }
}
