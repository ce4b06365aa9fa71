package org.deftstream.schemas;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.deftstream.schemas.avro.DType;
import org.deftstream.schemas.avro.Tensor;

/**
 * Between the {@link Tensor} of the wire and a flat {@code float[]} in row-major order. Everything
 * that a producer can get wrong is found here, before anything is allocated for it, and told in one
 * sentence.
 *
 * <p>Stateless and safe for use by many threads. No method moves the position of a tensor's buffer.
 */
public final class Tensors {
  /** More axes than any instrument here has; a bound for what is looked at before it is trusted. */
  public static final int MAX_RANK = 8;

  private Tensors() {}

  /**
   * Packs numbers as {@link DType#FLOAT32}.
   *
   * @param values the numbers in row-major order; copied
   * @param shape the length of each axis, at least one axis, each at least 1
   * @return a tensor that shares nothing with the arguments
   * @throws InvalidTensorException if shape is not valid or does not fit the number of values
   */
  public static Tensor of(float[] values, int... shape) {
    long count = countOf("tensor", shape);
    if (count != values.length) {
      throw new InvalidTensorException(
          "tensor: shape %s holds %d numbers, but %d were given"
              .formatted(Arrays.toString(shape), count, values.length));
    }
    ByteBuffer data =
        ByteBuffer.allocate(Math.multiplyExact(values.length, Float.BYTES))
            .order(ByteOrder.LITTLE_ENDIAN);
    data.asFloatBuffer().put(values);
    // Avro hands the buffer on as it is; big-endian is what every ByteBuffer starts with.
    data.order(ByteOrder.BIG_ENDIAN);
    return new Tensor(DType.FLOAT32, IntStream.of(shape).boxed().toList(), data);
  }

  /**
   * Unpacks a tensor of whatever valid shape.
   *
   * @param tensor the tensor; not changed
   * @return its numbers in row-major order, all finite; integers are converted as they are
   * @throws InvalidTensorException if dtype, shape, byte count or a number is not valid
   */
  public static float[] toFloats(Tensor tensor) {
    return toFloats("tensor", tensor);
  }

  /**
   * Unpacks a tensor of whatever valid shape.
   *
   * @param name what messages call the tensor, for example {@code values} or {@code auxiliary.mask}
   * @param tensor the tensor; not changed
   * @return its numbers in row-major order, all finite; integers are converted as they are
   * @throws InvalidTensorException if dtype, shape, byte count or a number is not valid
   */
  public static float[] toFloats(String name, Tensor tensor) {
    float[] values = numbers(name, tensor);
    requireFinite(name, values, shape(tensor));
    return values;
  }

  private static float[] numbers(String name, Tensor tensor) {
    return read(tensor, (int) countOf(name, wholeShape(name, tensor)));
  }

  /**
   * Unpacks a tensor that must have a known shape.
   *
   * @param name what messages call the tensor, for example {@code values}
   * @param tensor the tensor; not changed
   * @param expectedShape the shape that it must have
   * @return its numbers in row-major order, all finite; integers are converted as they are
   * @throws InvalidTensorException if dtype, shape, byte count or a number is not valid
   */
  public static float[] toFloats(String name, Tensor tensor, int... expectedShape) {
    return toFloats(name, tensor, List.of(expectedShape));
  }

  /**
   * Unpacks a tensor that must have one of some shapes. Otherwise as {@link #toFloats(String,
   * Tensor, int...)}.
   *
   * @param shapes at least one
   */
  public static float[] toFloats(String name, Tensor tensor, List<int[]> shapes) {
    float[] values = toNumbers(name, tensor, shapes);
    requireFinite(name, values, shape(tensor));
    return values;
  }

  /**
   * Unpacks a tensor in which NaN and infinity may stand, because what they stand for was not
   * measured. Otherwise as {@link #toFloats(String, Tensor, int...)}.
   */
  public static float[] toNumbers(String name, Tensor tensor, int... expectedShape) {
    return toNumbers(name, tensor, List.of(expectedShape));
  }

  private static float[] toNumbers(String name, Tensor tensor, List<int[]> shapes) {
    int[] shape = shape(tensor);
    if (shapes.stream().noneMatch(expected -> Arrays.equals(shape, expected))) {
      var expected = shapes.stream().map(Arrays::toString).collect(Collectors.joining(" or "));
      throw new InvalidTensorException(
          "%s: shape is %s, but must be %s".formatted(name, abbreviate(shape), expected));
    }
    return numbers(name, tensor);
  }

  /**
   * The shape of a tensor as an array; not validated.
   *
   * @param tensor the tensor
   * @return a new array with the length of each axis
   */
  public static int[] shape(Tensor tensor) {
    List<Integer> shape = tensor.getShape();
    return shape.stream().mapToInt(Integer::intValue).toArray();
  }

  /**
   * The shape of a tensor that is whole: of valid axes, and with as many bytes as they need. For
   * those who must know it before they read the numbers.
   *
   * @param name what messages call the tensor
   * @param tensor the tensor; not changed
   * @return a new array with the length of each axis
   * @throws InvalidTensorException if dtype, shape or byte count is not valid
   */
  public static int[] wholeShape(String name, Tensor tensor) {
    int bytesEach = bytesOf(name, tensor.getDtype());
    int[] shape = shape(tensor);
    long count = countOf(name, shape);
    long bytes = tensor.getData().remaining();
    if (bytes != count * bytesEach) {
      throw new InvalidTensorException(
          "%s: shape %s of %s needs %d bytes, but data has %d"
              .formatted(
                  name, Arrays.toString(shape), tensor.getDtype(), count * bytesEach, bytes));
    }
    return shape;
  }

  private static long countOf(String name, int[] shape) {
    if (shape.length == 0 || shape.length > MAX_RANK) {
      throw new InvalidTensorException(
          "%s: shape %s has %d axes, but must have 1 to %d"
              .formatted(name, abbreviate(shape), shape.length, MAX_RANK));
    }
    long count = 1;
    for (int length : shape) {
      if (length < 1) {
        throw new InvalidTensorException(
            "%s: shape %s has an axis of length %d, but each must be at least 1"
                .formatted(name, Arrays.toString(shape), length));
      }
      // At most 2^31 times 2^31 before the check below, so a long cannot overflow.
      count *= length;
      if (count > Integer.MAX_VALUE / Double.BYTES) {
        throw new InvalidTensorException(
            "%s: shape %s holds more numbers than a record can carry"
                .formatted(name, Arrays.toString(shape)));
      }
    }
    return count;
  }

  private static int bytesOf(String name, DType dtype) {
    return switch (dtype) {
      case FLOAT32 -> Float.BYTES;
      case FLOAT64 -> Double.BYTES;
      case INT16 -> Short.BYTES;
      case UINT8 -> Byte.BYTES;
      case UNKNOWN ->
          throw new InvalidTensorException(
              name + ": dtype is not known here; use FLOAT32, FLOAT64, INT16 or UINT8");
    };
  }

  private static float[] read(Tensor tensor, int count) {
    ByteBuffer data = tensor.getData().duplicate().order(ByteOrder.LITTLE_ENDIAN);
    float[] values = new float[count];
    switch (tensor.getDtype()) {
      case FLOAT32 -> data.asFloatBuffer().get(values);
      case FLOAT64 -> {
        for (int i = 0; i < count; i++) {
          values[i] = (float) data.getDouble();
        }
      }
      case INT16 -> {
        for (int i = 0; i < count; i++) {
          values[i] = data.getShort();
        }
      }
      case UINT8 -> {
        for (int i = 0; i < count; i++) {
          values[i] = data.get() & 0xFF;
        }
      }
      case UNKNOWN -> throw new IllegalStateException("bytesOf() refuses UNKNOWN");
    }
    return values;
  }

  /**
   * Refuses NaN and infinity.
   *
   * @param name what the message calls the tensor
   * @param shape of the values, row-major, for the place in the message
   * @throws InvalidTensorException naming the first such number and its place
   */
  public static void requireFinite(String name, float[] values, int... shape) {
    for (int i = 0; i < values.length; i++) {
      if (!Float.isFinite(values[i])) {
        throw new InvalidTensorException(
            "%s: the number at %s is %s, but every number must be finite"
                .formatted(name, Arrays.toString(indexOf(i, shape)), values[i]));
      }
    }
  }

  private static int[] indexOf(int flat, int[] shape) {
    int[] index = new int[shape.length];
    int rest = flat;
    for (int axis = shape.length - 1; axis >= 0; axis--) {
      index[axis] = rest % shape[axis];
      rest /= shape[axis];
    }
    return index;
  }

  /** A hostile shape may have millions of axes; a message shows the first few. */
  private static String abbreviate(int[] shape) {
    if (shape.length <= MAX_RANK) {
      return Arrays.toString(shape);
    }
    String first = Arrays.toString(Arrays.copyOf(shape, MAX_RANK));
    return first.substring(0, first.length() - 1) + ", ...]";
  }
}
