package org.deftstream.deft.linalg;

import java.util.stream.IntStream;
import org.jtransforms.fft.DoubleFFT_1D;

/**
 * Discrete Fourier transforms of one length, of many lines together: powers of two by the
 * decimation in time (Cooley and Tukey, Math. Comp. 19, 1965), other lengths by JTransforms.
 * Immutable and thread-safe.
 */
abstract class FourierAxis {
  private final int[] order;
  private final int[] places;

  private FourierAxis(int[] order) {
    this.order = order;
    places = new int[order.length];
    for (int i = 0; i < order.length; i++) {
      places[order[i]] = i;
    }
  }

  /** Transforms of a length, 1 or more; powers of two are the fastest. */
  static FourierAxis of(int length) {
    return Integer.bitCount(length) == 1 ? new Binary(length) : new Any(length);
  }

  /** Where the values of a line must stand: its value {@code order()[i]} in row i. */
  final int[] order() {
    return order;
  }

  /** The same the other way round: value i of a line stands in row {@code places()[i]}. */
  final int[] places() {
    return places;
  }

  /**
   * Transforms down the columns, whose rows are in {@link #order}.
   *
   * @param stride of the rows
   * @param columns how many are transformed
   */
  abstract void butterflies(
      double[] real, double[] imaginary, int stride, int columns, boolean backward);

  /** Lengths that are powers of two. */
  private static final class Binary extends FourierAxis {
    private final int length;
    private final double[] cos;
    private final double[] sin;

    private Binary(int length) {
      super(reversal(length));
      this.length = length;
      cos = new double[length / 2];
      sin = new double[length / 2];
      for (int i = 0; i < length / 2; i++) {
        cos[i] = Math.cos(2 * Math.PI * i / length);
        sin[i] = Math.sin(2 * Math.PI * i / length);
      }
    }

    /** The reversal of the bits of an index. */
    private static int[] reversal(int length) {
      var order = new int[length];
      int bits = Integer.numberOfTrailingZeros(length);
      for (int i = 0; i < length; i++) {
        order[i] = bits == 0 ? 0 : Integer.reverse(i) >>> (Integer.SIZE - bits);
      }
      return order;
    }

    @Override
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

  /** Other lengths, by the library, line after line. */
  private static final class Any extends FourierAxis {
    /** Columns that are read together: their values lie beside each other in memory. */
    private static final int TOGETHER = 16;

    private final int length;
    private final DoubleFFT_1D transform;

    private Any(int length) {
      super(IntStream.range(0, length).toArray());
      this.length = length;
      transform = new DoubleFFT_1D(length);
    }

    @Override
    void butterflies(double[] real, double[] imaginary, int stride, int columns, boolean backward) {
      var lines = new double[2 * length * Math.min(TOGETHER, columns)];
      for (int first = 0; first < columns; first += TOGETHER) {
        int count = Math.min(TOGETHER, columns - first);
        for (int i = 0; i < length; i++) {
          for (int c = 0; c < count; c++) {
            lines[2 * (c * length + i)] = real[i * stride + first + c];
            lines[2 * (c * length + i) + 1] = imaginary[i * stride + first + c];
          }
        }
        for (int c = 0; c < count; c++) {
          if (backward) {
            transform.complexInverse(lines, 2 * c * length, false);
          } else {
            transform.complexForward(lines, 2 * c * length);
          }
        }
        for (int i = 0; i < length; i++) {
          for (int c = 0; c < count; c++) {
            real[i * stride + first + c] = lines[2 * (c * length + i)];
            imaginary[i * stride + first + c] = lines[2 * (c * length + i) + 1];
          }
        }
      }
    }
  }
}
