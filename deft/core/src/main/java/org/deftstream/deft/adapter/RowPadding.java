package org.deftstream.deft.adapter;

import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.prior.Tile;

/**
 * Between images of any size and the rows of a network whose sides must be a multiple of a number:
 * what is missing at the far edges is mirrored, and what is answered there is thrown away.
 * Immutable.
 */
public final class RowPadding {
  private final ImageShape image;
  private final int height;
  private final int width;

  /**
   * For images of one shape.
   *
   * @param multiple what both sides of a row are a multiple of, at least 1
   */
  public RowPadding(ImageShape image, int multiple) {
    this.image = image;
    height = up(image.height(), multiple);
    width = up(image.width(), multiple);
  }

  private static int up(int side, int multiple) {
    return (side + multiple - 1) / multiple * multiple;
  }

  /** Height of a row. */
  public int height() {
    return height;
  }

  /** Width of a row. */
  public int width() {
    return width;
  }

  /**
   * Images as rows; the array itself where nothing is missing.
   *
   * @param images so many images one after the other, channels last
   */
  public float[] rows(float[] images, int count, int channels) {
    if (height == image.height() && width == image.width()) {
      return images;
    }
    var shape = new ImageShape(image.height(), image.width(), channels);
    var tile = new Tile(0, 0, height, width);
    var rows = new float[count * tile.size(shape)];
    for (int i = 0; i < count; i++) {
      tile.cut(images, i, shape, rows, i * tile.size(shape));
    }
    return rows;
  }

  /**
   * Rows as images, of the image's channels; the array itself where nothing is too much.
   *
   * @param rows so many rows one after the other
   */
  public float[] images(float[] rows, int count) {
    if (height == image.height() && width == image.width()) {
      return rows;
    }
    int c = image.channels();
    var images = new float[count * image.size()];
    for (int i = 0; i < count; i++) {
      for (int y = 0; y < image.height(); y++) {
        System.arraycopy(
            rows,
            (i * height + y) * width * c,
            images,
            i * image.size() + y * image.width() * c,
            image.width() * c);
      }
    }
    return images;
  }
}
