package org.deftstream.deft.image;

/**
 * One grey picture. Values are row by row, in [-1, 1] where black is -1; values outside are allowed
 * and clipped when the picture is shown.
 *
 * @param width columns
 * @param height rows
 * @param values {@code height * width} values; not copied, not to be changed
 */
public record GreyImage(int width, int height, float[] values) {
  public GreyImage {
    if (values.length != width * height) {
      throw new IllegalArgumentException(
          "a "
              + height
              + "x"
              + width
              + " picture has "
              + width * height
              + " values, not "
              + values.length);
    }
  }
}
