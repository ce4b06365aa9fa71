package org.deftstream.deft.htransform;

import java.util.Map;
import java.util.Set;
import org.deftstream.deft.text.Nearest;

/**
 * Makes the training-free h-transforms by name: {@code diffpir} with the parameter {@code lambda},
 * and {@code ddnm} with {@code gain} (1 where it is left out). Stateless and thread-safe.
 */
public final class HTransforms {
  private HTransforms() {}

  /** The names that {@link #create} knows. */
  public static Set<String> methods() {
    return Set.of(DiffPir.METHOD, Ddnm.METHOD);
  }

  /**
   * Makes a method.
   *
   * @throws IllegalArgumentException one line that names the method or parameter that is unknown,
   *     missing or out of range, with the nearest known one
   */
  public static HTransform create(String method, Map<String, Double> parameters) {
    return switch (method) {
      case DiffPir.METHOD -> {
        checkNames(method, parameters, "lambda");
        if (!parameters.containsKey("lambda")) {
          throw new IllegalArgumentException("diffpir: parameter 'lambda' is missing");
        }
        yield new DiffPir(parameters.get("lambda"));
      }
      case Ddnm.METHOD -> {
        checkNames(method, parameters, "gain");
        yield new Ddnm(parameters.getOrDefault("gain", 1.0));
      }
      default ->
          throw new IllegalArgumentException(
              "unknown method '" + method + "'" + Nearest.hint(method, methods()));
    };
  }

  private static void checkNames(String method, Map<String, Double> parameters, String known) {
    for (String name : parameters.keySet()) {
      if (!name.equals(known)) {
        throw new IllegalArgumentException(
            method + ": unknown parameter '" + name + "'" + Nearest.hint(name, Set.of(known)));
      }
    }
  }
}
