package org.deftstream.deft.htransform;

import java.util.Map;
import java.util.Set;
import org.deftstream.deft.text.Nearest;

/** The parameters of one method, read strictly: unknown and missing ones are refused by name. */
record Parameters(String method, Map<String, Double> values) {
  /** Refuses parameters that the method does not have. */
  Parameters only(String... known) {
    for (String name : values.keySet()) {
      if (!Set.of(known).contains(name)) {
        throw new IllegalArgumentException(
            method + ": unknown parameter '" + name + "'" + Nearest.hint(name, Set.of(known)));
      }
    }
    return this;
  }

  double get(String name) {
    if (!values.containsKey(name)) {
      throw new IllegalArgumentException(method + ": parameter '" + name + "' is missing");
    }
    return values.get(name);
  }

  double get(String name, double absent) {
    return values.getOrDefault(name, absent);
  }

  /** Passes a value on if it is above 0. */
  static double positive(String method, String name, double value) {
    if (!(value > 0 && Double.isFinite(value))) {
      throw new IllegalArgumentException(
          method + ": " + name + " must be a number above 0, got " + value);
    }
    return value;
  }
}
