package org.deftstream.deft.operator;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
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
     * @param name what messages call it: {@code auxiliary.mask}
     * @param value what the record holds
     * @param shape the shape that it must have, row-major
     * @return the numbers, flat
     */
    float[] read(String name, T value, int[] shape);
  }

  /**
   * Reads all inputs that an operator needs.
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
    for (String name : given.keySet()) {
      if (!needed.containsKey(name)) {
        throw new IllegalArgumentException(
            "auxiliary input '" + name + "' is not taken" + Nearest.hint(name, needed.keySet()));
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
          values.put(name, reader.read("auxiliary." + name, value, shape));
        });
    return values;
  }

  /**
   * Refuses names that the operator does not take.
   *
   * @throws IllegalArgumentException one line with the name, and the one that was probably meant
   */
  static void requireKnown(ForwardOperator operator, Set<String> names) {
    var known = operator.auxiliaryShapes().keySet();
    for (String name : names) {
      if (!known.contains(name)) {
        throw new IllegalArgumentException(
            "unknown auxiliary input '" + name + "'" + Nearest.hint(name, known));
      }
    }
  }
}
