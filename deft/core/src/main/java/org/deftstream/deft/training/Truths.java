package org.deftstream.deft.training;

import java.util.random.RandomGenerator;
import org.deftstream.deft.image.ImageShape;

/** Images to learn from, values in [-1, 1]. Thread-safe. */
public interface Truths {
  /** Shape of every image. */
  ImageShape shape();

  /** Number of images, at least 1. */
  int size();

  /**
   * One image, in a new array.
   *
   * @param index from 0 to size - 1
   * @param random decides on what may vary from call to call, such as mirroring
   */
  float[] truth(int index, RandomGenerator random);

  /** Where they are from, in a few words, for the manifest of what is learned from them. */
  default String origin() {
    return "images";
  }
}
