package org.deftstream.deft.training;

import java.util.random.RandomGenerator;
import org.deftstream.deft.image.ImageShape;

/** {@link Truths} of what draws them. */
record DrawnTruths(ImageShape shape, int size, Draw draw) implements Truths {
  /** Makes the image of an index, in a new array; thread-safe. */
  interface Draw {
    float[] image(int index, RandomGenerator random);
  }

  @Override
  public float[] truth(int index, RandomGenerator random) {
    return draw.image(index, random);
  }
}
