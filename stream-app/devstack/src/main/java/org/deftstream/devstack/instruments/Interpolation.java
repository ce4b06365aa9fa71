package org.deftstream.devstack.instruments;

import org.deftstream.deft.image.ImageShape;

/** Values between the pixels of an image of one channel. Stateless. */
final class Interpolation {
  private Interpolation() {}

  /**
   * Bilinear, at a row and a column, pixels having theirs in the middle; beyond the edge as on it.
   */
  static double at(float[] image, ImageShape shape, double row, double column) {
    double y = Math.max(0, Math.min(shape.height() - 1, row));
    double x = Math.max(0, Math.min(shape.width() - 1, column));
    int top = (int) Math.min(y, shape.height() - 2);
    int left = (int) Math.min(x, shape.width() - 2);
    double down = y - top;
    double across = x - left;
    int i = top * shape.width() + left;
    int below = i + shape.width();
    return (1 - down) * ((1 - across) * image[i] + across * image[i + 1])
        + down * ((1 - across) * image[below] + across * image[below + 1]);
  }
}
