package org.deftstream.deft.checkpoint;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a pickle says of an object of a class: its name and its state. Not an object of that class.
 * Identity is what it is compared by: it may hold itself.
 */
final class PickledObject {
  private final String className;
  private Map<?, ?> state = new LinkedHashMap<>();

  PickledObject(String className) {
    this.className = className;
  }

  String className() {
    return className;
  }

  Map<?, ?> state() {
    return state;
  }

  /** Not copied: many objects may claim one large state. */
  void state(Map<?, ?> told) {
    state = told;
  }
}
