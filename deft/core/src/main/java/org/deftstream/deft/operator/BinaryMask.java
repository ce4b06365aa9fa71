package org.deftstream.deft.operator;

/** Holds the masks that records bring to what a mask is. Stateless and thread-safe. */
public final class BinaryMask {
  private BinaryMask() {}

  /**
   * Refuses a mask that is none.
   *
   * @param mask height x width, flat
   * @param part what one value stands for: {@code pixel}
   * @return the number of ones
   * @throws IllegalArgumentException one line, if there is anything but 0 and 1, or no 1
   */
  public static int ones(float[] mask, int width, String part) {
    int ones = 0;
    for (int i = 0; i < mask.length; i++) {
      if (mask[i] != 0 && mask[i] != 1) {
        throw new IllegalArgumentException(
            "mask must hold only 0 (hidden) and 1 (measured), got "
                + mask[i]
                + " at row "
                + i / width
                + ", column "
                + i % width);
      }
      ones += (int) mask[i];
    }
    if (ones == 0) {
      throw new IllegalArgumentException("mask hides every " + part + "; at least one 1 is needed");
    }
    return ones;
  }
}
