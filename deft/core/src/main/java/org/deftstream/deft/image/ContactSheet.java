package org.deftstream.deft.image;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import javax.imageio.ImageIO;

/** Images side by side in one PNG, to look at. */
public final class ContactSheet {
  private static final int GAP = 2;

  private ContactSheet() {}

  /**
   * Draws images in rows.
   *
   * @param images flat, channels last, in [-1, 1]; values beyond are clipped; of two channels,
   *     which are complex, the magnitudes are shown, from 0 to 1
   * @param columns images in a row
   * @param zoom pixels of the sheet for a pixel of the image
   * @return the bytes of a PNG file
   */
  public static byte[] png(List<float[]> images, ImageShape shape, int columns, int zoom) {
    int rows = (images.size() + columns - 1) / columns;
    int cellWidth = shape.width() * zoom + GAP;
    int cellHeight = shape.height() * zoom + GAP;
    var sheet =
        new BufferedImage(
            columns * cellWidth - GAP, rows * cellHeight - GAP, BufferedImage.TYPE_INT_RGB);
    for (int n = 0; n < images.size(); n++) {
      int left = n % columns * cellWidth;
      int top = n / columns * cellHeight;
      for (int y = 0; y < shape.height() * zoom; y++) {
        for (int x = 0; x < shape.width() * zoom; x++) {
          sheet.setRGB(left + x, top + y, rgb(images.get(n), shape, y / zoom, x / zoom));
        }
      }
    }
    return encode(sheet);
  }

  private static int rgb(float[] image, ImageShape shape, int y, int x) {
    int at = (y * shape.width() + x) * shape.channels();
    if (shape.channels() == 2) {
      return 0x010101 * (int) Math.round(255 * Math.min(1, Math.hypot(image[at], image[at + 1])));
    }
    int red = grey(image[at]);
    boolean colour = shape.channels() >= 3;
    int green = colour ? grey(image[at + 1]) : red;
    int blue = colour ? grey(image[at + 2]) : red;
    return red << 16 | green << 8 | blue;
  }

  private static int grey(float value) {
    return Math.round(Math.max(0, Math.min(1, (value + 1) / 2)) * 255);
  }

  static byte[] encode(BufferedImage image) {
    var bytes = new ByteArrayOutputStream();
    try {
      ImageIO.write(image, "png", bytes);
    } catch (IOException e) {
      throw new IllegalStateException("a PNG in memory cannot fail", e);
    }
    return bytes.toByteArray();
  }
}
