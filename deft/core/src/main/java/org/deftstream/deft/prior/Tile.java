package org.deftstream.deft.prior;

import org.deftstream.deft.image.ImageShape;

/**
 * A region of an image that a prior evaluates as one row. It may reach beyond the far edges; what
 * lies there is mirrored. Immutable.
 *
 * @param top first row
 * @param left first column
 */
public record Tile(int top, int left, int height, int width) {
  /** The region that is the whole image. */
  public static Tile whole(ImageShape image) {
    return new Tile(0, 0, image.height(), image.width());
  }

  /** Whether the region is exactly the image. */
  public boolean covers(ImageShape image) {
    return top == 0 && left == 0 && height == image.height() && width == image.width();
  }

  /** Number of values in the region. */
  public int size(ImageShape image) {
    return height * width * image.channels();
  }

  /**
   * Copies the region out of an image.
   *
   * @param image its values, channels last
   * @param rows where to write it, one row of a batch beginning at {@code offset}
   */
  public void cut(float[] image, ImageShape shape, float[] rows, int offset) {
    cut(image, 0, shape, rows, offset);
  }

  /**
   * Copies the region out of one of several images.
   *
   * @param images their values, one image after the other, channels last
   * @param index of the image
   * @param rows where to write it, one row of a batch beginning at {@code offset}
   */
  public void cut(float[] images, int index, ImageShape shape, float[] rows, int offset) {
    int begin = index * shape.size();
    if (covers(shape)) {
      System.arraycopy(images, begin, rows, offset, shape.size());
      return;
    }
    int c = shape.channels();
    int inside = Math.min(width, shape.width() - left);
    int at = offset;
    for (int y = 0; y < height; y++) {
      int line = mirrored(top + y, shape.height()) * shape.width();
      System.arraycopy(images, begin + (line + left) * c, rows, at, inside * c);
      for (int x = inside; x < width; x++) {
        int source = begin + (line + mirrored(left + x, shape.width())) * c;
        System.arraycopy(images, source, rows, at + x * c, c);
      }
      at += width * c;
    }
  }

  /** An index beyond the end, reflected without repeating the edge; again if need be. */
  private static int mirrored(int index, int length) {
    if (length == 1) {
      return 0;
    }
    int period = 2 * (length - 1);
    int i = index % period;
    return i < length ? i : period - i;
  }
}
