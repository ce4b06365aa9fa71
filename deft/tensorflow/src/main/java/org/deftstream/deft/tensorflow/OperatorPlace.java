package org.deftstream.deft.tensorflow;

import java.util.Locale;

/**
 * Where the proximal points of operators are found that can be found as a graph, and whether whole
 * steps are composed. The answers agree to 1e-4, not to the bit.
 */
public enum OperatorPlace {
  /** On the host. */
  HOST,
  /** As a graph, on the device that evaluates the prior; whole steps too, where they can be. */
  GRAPH,
  /** Where it is faster, measured when an operator, a size and a number of rows first come up. */
  AUTO;

  /** From a setting: {@code host}, {@code graph} or {@code auto}. */
  public static OperatorPlace of(String text) {
    return valueOf(text.toUpperCase(Locale.ROOT));
  }
}
