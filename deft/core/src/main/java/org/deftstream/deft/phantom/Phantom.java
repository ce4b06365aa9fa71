package org.deftstream.deft.phantom;

import java.util.random.RandomGenerator;

/** Draws random objects of one kind. Immutable and thread-safe. */
public interface Phantom {
  /**
   * An object of its own for every state of the generator.
   *
   * @param size pixels a side, from {@value #LEAST_SIZE} to {@value #MOST_SIZE}
   * @param random the same gives the same object, at any size
   * @return {@code size x size} values from 0, where nothing is, to 1; row by row, top row first
   * @throws IllegalArgumentException for another size
   */
  float[] draw(int size, RandomGenerator random);

  /** Smaller ones show nothing. */
  int LEAST_SIZE = 16;

  /** Larger ones are no training images. */
  int MOST_SIZE = 2048;

  /** Refuses sizes that {@link #draw} does not take. */
  static void requireSize(int size) {
    if (size < LEAST_SIZE || size > MOST_SIZE) {
      throw new IllegalArgumentException(
          "phantoms have from %d to %d pixels a side, not %d"
              .formatted(LEAST_SIZE, MOST_SIZE, size));
    }
  }
}
