package org.deftstream.deft.image;

/**
 * Shape of one image, channels last.
 *
 * @param height rows, positive
 * @param width columns, positive
 * @param channels channels, positive
 */
public record ImageShape(int height, int width, int channels) {
  public ImageShape {
    if (height <= 0 || width <= 0 || channels <= 0) {
      throw new IllegalArgumentException(
          "image shape must be positive, got " + height + "x" + width + "x" + channels);
    }
  }

  /** Number of pixels: {@code height * width}. */
  public long pixels() {
    return (long) height * width;
  }

  /** Number of values in one image: {@code height * width * channels}. */
  public int size() {
    return height * width * channels;
  }

  @Override
  public String toString() {
    return height + "x" + width + "x" + channels;
  }
}
