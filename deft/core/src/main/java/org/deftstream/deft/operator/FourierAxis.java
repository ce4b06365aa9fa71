package org.deftstream.deft.operator;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Discrete Fourier transforms of one length by the decimation in time (Cooley and Tukey, Math.
 * Comp. 19, 1965), of many lines together. Immutable and thread-safe.
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

  /** Transforms of a length; the fewer and smaller its prime factors, the faster. */
  static FourierAxis of(int length) {
    return Integer.bitCount(length) == 1 ? new Binary(length) : new Mixed(length);
  }

  /** The largest prime factor of a number from 1 up; 1 of 1. */
  static int largestFactor(int number) {
    return factors(number).stream().mapToInt(f -> f).max().orElse(1);
  }

  private static List<Integer> factors(int number) {
    var factors = new ArrayList<Integer>();
    int rest = number;
    for (int f = 2; (long) f * f <= rest; f++) {
      for (; rest % f == 0; rest /= f) {
        factors.add(f);
      }
    }
    if (rest > 1) {
      factors.add(rest);
    }
    return factors;
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

  /** Other lengths: a pass for each prime factor, that sums so many rows into so many. */
  private static final class Mixed extends FourierAxis {
    private final int length;
    private final List<Integer> factors;
    private final double[] cos;
    private final double[] sin;

    private Mixed(int length) {
      super(digits(length));
      this.length = length;
      factors = factors(length);
      cos = new double[length];
      sin = new double[length];
      for (int i = 0; i < length; i++) {
        cos[i] = Math.cos(2 * Math.PI * i / length);
        sin[i] = Math.sin(2 * Math.PI * i / length);
      }
    }

    /** The reversal of the digits of an index, whose bases are the prime factors. */
    private static int[] digits(int length) {
      var order = new int[] {0};
      int done = 1;
      for (int factor : factors(length)) {
        // The lines of a pass are those of the passes before it, every factor-th value of each.
        var next = new int[done * factor];
        for (int q = 0; q < factor; q++) {
          for (int i = 0; i < done; i++) {
            next[q * done + i] = order[i] * factor + q;
          }
        }
        order = next;
        done *= factor;
      }
      return order;
    }

    @Override
    void butterflies(double[] real, double[] imaginary, int stride, int columns, boolean backward) {
      int done = 1;
      for (int factor : factors) {
        var sums = new double[2][factor * columns];
        int turns = length / (done * factor);
        for (int first = 0; first < length; first += done * factor) {
          for (int j = 0; j < done; j++) {
            int at = (first + j) * stride;
            sum(real, imaginary, at, done * stride, columns, j * turns, factor, backward, sums);
          }
        }
        done *= factor;
      }
    }

    /**
     * Row k becomes the sum over q of row q times {@code w^(q (j + k done))}, w the root of unity
     * of this pass.
     *
     * @param turn angle of {@code w^j}, in parts of a whole turn of {@code length}
     */
    private void sum(
        double[] real,
        double[] imaginary,
        int at,
        int step,
        int columns,
        int turn,
        int factor,
        boolean backward,
        double[][] sums) {
      Arrays.fill(sums[0], 0);
      Arrays.fill(sums[1], 0);
      for (int k = 0; k < factor; k++) {
        int angle = turn + k * (length / factor);
        for (int q = 0; q < factor; q++) {
          int i = (int) ((long) q * angle % length);
          add(
              real,
              imaginary,
              at + q * step,
              sums,
              k * columns,
              columns,
              cos[i],
              backward ? sin[i] : -sin[i]);
        }
      }
      for (int k = 0; k < factor; k++) {
        System.arraycopy(sums[0], k * columns, real, at + k * step, columns);
        System.arraycopy(sums[1], k * columns, imaginary, at + k * step, columns);
      }
    }

    private static void add(
        double[] real,
        double[] imaginary,
        int from,
        double[][] sums,
        int to,
        int columns,
        double wr,
        double wi) {
      double[] sumReal = sums[0];
      double[] sumImaginary = sums[1];
      for (int c = 0; c < columns; c++) {
        sumReal[to + c] += wr * real[from + c] - wi * imaginary[from + c];
        sumImaginary[to + c] += wr * imaginary[from + c] + wi * real[from + c];
      }
    }
  }
}
