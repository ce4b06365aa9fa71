package org.deftstream.deft.prior;

/** Ranges of the whole numbers of a network's specification. Stateless. */
final class ConfigRange {
  private ConfigRange() {}

  /**
   * Checks a field.
   *
   * @throws IllegalArgumentException one line with the field, its value and its range
   */
  static void check(String name, int value, int from, int to) {
    if (value < from || value > to) {
      throw new IllegalArgumentException(
          "unet config: " + name + " is " + value + "; it must be from " + from + " to " + to);
    }
  }
}
