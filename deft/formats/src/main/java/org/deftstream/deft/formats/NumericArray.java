package org.deftstream.deft.formats;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Numbers in row-major order. Immutable by agreement: the values are handed over, not copied, and
 * not changed by anyone.
 *
 * @param values the numbers; of complex ones the real part first, two floats each
 * @param complex whether each number is complex
 * @param shape length of each axis, at least 1 each; none for a single number
 */
public record NumericArray(float[] values, boolean complex, int[] shape) {
  /**
   * Checks that the numbers are as many as the shape says.
   *
   * @throws IllegalArgumentException if they are not
   */
  public NumericArray {
    if (count(shape) * (complex ? 2 : 1) != values.length) {
      throw new IllegalArgumentException(
          "shape " + Arrays.toString(shape) + " does not hold " + values.length + " values");
    }
  }

  /** Real numbers. */
  public static NumericArray of(float[] values, int... shape) {
    return new NumericArray(values, false, shape);
  }

  /**
   * Numbers of a shape.
   *
   * @throws IllegalArgumentException if an axis is not positive, or there are more than an array
   *     takes
   */
  public static long count(int[] shape) {
    long count = 1;
    for (int length : shape) {
      // Below 2^31 before each product, so a long is enough.
      count *= length;
      if (length < 1 || count > Integer.MAX_VALUE / 4) {
        throw new IllegalArgumentException(
            "shape " + Arrays.toString(shape) + " is empty or too large");
      }
    }
    return count;
  }

  /** How many numbers, complex ones counted once. */
  public int size() {
    return values.length / (complex ? 2 : 1);
  }

  /** Number of axes. */
  public int rank() {
    return shape.length;
  }

  /** The shape with a last axis of two for complex numbers: how records hold them. */
  public int[] realShape() {
    return realShape(shape, complex);
  }

  /** The same of a shape alone. */
  public static int[] realShape(int[] shape, boolean complex) {
    return complex ? append(shape, 2) : shape.clone();
  }

  /** The same numbers in another shape of as many. */
  public NumericArray reshaped(int... other) {
    return new NumericArray(values, complex, other);
  }

  /** The same numbers without axes of length 1. */
  public NumericArray squeezed() {
    return reshaped(IntStream.of(shape).filter(length -> length != 1).toArray());
  }

  /** The part at an index of the first axes, as if those were one. */
  public NumericArray part(int leadingAxes, int index) {
    int[] rest = Arrays.copyOfRange(shape, leadingAxes, shape.length);
    int length = Math.toIntExact(count(rest)) * (complex ? 2 : 1);
    return new NumericArray(
        Arrays.copyOfRange(values, index * length, (index + 1) * length), complex, rest);
  }

  /**
   * Means over blocks, as a detector of larger pixels would have measured.
   *
   * @param blocks length of a block along each of the first axes
   * @throws IllegalArgumentException if an axis is not a whole number of blocks
   */
  public NumericArray averaged(int... blocks) {
    int[] fewer = averagedShape(shape, blocks);
    int width = complex ? 2 : 1;
    var sums = new double[Math.toIntExact(count(fewer)) * width];
    int[] index = new int[shape.length];
    for (int from = 0; from < values.length; from += width) {
      int to = 0;
      for (int axis = 0; axis < shape.length; axis++) {
        to = to * fewer[axis] + index[axis] / (axis < blocks.length ? blocks[axis] : 1);
      }
      for (int part = 0; part < width; part++) {
        sums[to * width + part] += values[from + part];
      }
      for (int axis = shape.length - 1; axis >= 0 && ++index[axis] == shape[axis]; axis--) {
        index[axis] = 0;
      }
    }
    var means = new float[sums.length];
    double share = (double) means.length / values.length;
    for (int i = 0; i < means.length; i++) {
      means[i] = (float) (sums[i] * share);
    }
    return new NumericArray(means, complex, fewer);
  }

  /**
   * A polynomial of each value, without a constant: {@code c1 v + c2 v^2 + ...}. An X-ray beam
   * hardens on its way; so its line integrals are found of what is left of it.
   *
   * @param coefficients c1, c2, and so on
   */
  public NumericArray polynomial(double... coefficients) {
    var changed = new float[values.length];
    for (int i = 0; i < changed.length; i++) {
      double sum = 0;
      for (int term = coefficients.length - 1; term >= 0; term--) {
        sum = (sum + coefficients[term]) * values[i];
      }
      changed[i] = (float) sum;
    }
    return new NumericArray(changed, complex, shape);
  }

  /** The shape alone of {@link #averaged}. */
  public static int[] averagedShape(int[] shape, int... blocks) {
    int[] fewer = shape.clone();
    for (int axis = 0; axis < blocks.length; axis++) {
      if (axis == shape.length || shape[axis] % blocks[axis] != 0) {
        throw new IllegalArgumentException(
            "an array of %s is no whole number of blocks of %s"
                .formatted(describe(shape, false), describe(blocks, false)));
      }
      fewer[axis] /= blocks[axis];
    }
    return fewer;
  }

  /** The numbers with their axes in reverse order: column-major as row-major. */
  public NumericArray transposed() {
    int rank = shape.length;
    int width = complex ? 2 : 1;
    int[] reversed = new int[rank];
    int[] strides = new int[rank];
    int stride = width;
    for (int axis = rank - 1; axis >= 0; axis--) {
      reversed[rank - 1 - axis] = shape[axis];
      strides[rank - 1 - axis] = stride;
      stride *= shape[axis];
    }
    var out = new float[values.length];
    int[] index = new int[rank];
    int from = 0;
    for (int to = 0; to < out.length; to += width) {
      System.arraycopy(values, from, out, to, width);
      for (int axis = rank - 1; axis >= 0; axis--) {
        from += strides[axis];
        if (++index[axis] < reversed[axis]) {
          break;
        }
        from -= index[axis] * strides[axis];
        index[axis] = 0;
      }
    }
    return new NumericArray(out, complex, reversed);
  }

  /** A shape with one more axis at its end. */
  static int[] append(int[] shape, int length) {
    int[] longer = Arrays.copyOf(shape, shape.length + 1);
    longer[shape.length] = length;
    return longer;
  }

  /** {@code 61 x 560}, {@code 8 x 230 x 180 complex}. */
  public String describe() {
    return describe(shape, complex);
  }

  /** The same of a shape alone. */
  public static String describe(int[] shape, boolean complex) {
    String axes = String.join(" x ", IntStream.of(shape).mapToObj(Integer::toString).toList());
    return (axes.isEmpty() ? "one number" : axes) + (complex ? " complex" : "");
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof NumericArray array
        && complex == array.complex
        && Arrays.equals(shape, array.shape)
        && Arrays.equals(values, array.values);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(shape) + Arrays.hashCode(values);
  }

  @Override
  public String toString() {
    return describe();
  }
}
