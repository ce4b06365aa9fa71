package org.deftstream.deft.operator;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.deftstream.deft.text.Nearest;

/** Reads the auxiliary inputs that a record carries. Stateless. */
public final class AuxiliaryInputs {
  private AuxiliaryInputs() {}

  /**
   * Turns one input into numbers.
   *
   * @param <T> what a record holds
   */
  @FunctionalInterface
  public interface Reader<T> {
    /**
     * Reads an input.
     *
     * @param name its name: {@code mask}
     * @param value what the record holds
     * @param shapes the shapes, one of which it must have, row-major
     * @return the numbers, flat
     */
    float[] read(String name, T value, List<int[]> shapes);
  }

  /**
   * Reads all inputs that an operator needs, and those that it takes besides.
   *
   * @param given what the record holds, by name
   * @param reader reads one
   * @return what {@link ForwardOperator#bind} takes
   * @throws IllegalArgumentException if one is missing, or is none of the operator's; and what the
   *     reader throws
   */
  public static <T> Map<String, float[]> read(
      ForwardOperator operator, Map<String, T> given, Reader<T> reader) {
    Map<String, int[]> needed = new TreeMap<>(operator.auxiliaryShapes());
    Map<String, int[]> optional = new TreeMap<>(operator.optionalShapes());
    for (String name : given.keySet()) {
      if (!needed.containsKey(name) && !optional.containsKey(name)) {
        throw new IllegalArgumentException(
            "auxiliary input '" + name + "' is not taken" + Nearest.hint(name, known(operator)));
      }
    }
    var values = new HashMap<String, float[]>();
    needed.forEach(
        (name, shape) -> {
          T value = given.get(name);
          if (value == null) {
            throw new IllegalArgumentException(
                "auxiliary input '%s' of shape %s is missing"
                    .formatted(name, Arrays.toString(shape)));
          }
          values.put(name, reader.read(name, value, List.of(shape)));
        });
    optional.forEach(
        (name, shape) -> {
          T value = given.get(name);
          if (value != null) {
            float[] read = reader.read(name, value, endings(shape));
            values.put(name, repeated(read, shape));
          }
        });
    return values;
  }

  /** The shape, and what is left of it when the first axes are left out. */
  private static List<int[]> endings(int[] shape) {
    return IntStream.range(0, shape.length)
        .mapToObj(axis -> Arrays.copyOfRange(shape, axis, shape.length))
        .toList();
  }

  private static float[] repeated(float[] values, int[] shape) {
    var all = new float[Arrays.stream(shape).reduce(1, Math::multiplyExact)];
    for (int at = 0; at < all.length; at += values.length) {
      System.arraycopy(values, 0, all, at, values.length);
    }
    return all;
  }

  private static Set<String> known(ForwardOperator operator) {
    var known = new TreeSet<>(operator.auxiliaryShapes().keySet());
    known.addAll(operator.optionalShapes().keySet());
    return known;
  }

  /**
   * Refuses names that the operator does not take.
   *
   * @throws IllegalArgumentException one line with the name, and the one that was probably meant
   */
  public static void requireKnown(ForwardOperator operator, Set<String> names) {
    var known = known(operator);
    for (String name : names) {
      if (!known.contains(name)) {
        throw new IllegalArgumentException(
            "unknown auxiliary input '" + name + "'" + Nearest.hint(name, known));
      }
    }
  }

  /**
   * The numbers of one input.
   *
   * @param bound what {@link ForwardOperator#bind} was given
   * @param size how many the operator needs
   * @throws IllegalArgumentException one line, if there are none or not so many
   */
  public static float[] required(
      ForwardOperator operator, Map<String, float[]> bound, String name, int size) {
    var given = bound.get(name);
    if (given == null || given.length != size) {
      throw new IllegalArgumentException(
          "%s needs the auxiliary input '%s' of %d values, got %s"
              .formatted(operator.kind(), name, size, given == null ? "none" : given.length));
    }
    return given;
  }
}
