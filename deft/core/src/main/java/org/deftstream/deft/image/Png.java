package org.deftstream.deft.image;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Base64;
import javax.imageio.ImageIO;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * PNG pictures in memory. Grey samples are read and written as they are stored, 0 for -1 and 255
 * for 1: {@code BufferedImage.getRGB} would apply a gamma curve to grey pictures. Needs no display.
 */
public final class Png {
  private Png() {}

  /**
   * Reads an 8-bit grey PNG.
   *
   * @param in not closed
   * @param name for the message of a failure
   * @throws IOException if it is not an 8-bit grey PNG
   */
  public static GreyImage read(InputStream in, String name) throws IOException {
    BufferedImage image = ImageIO.read(new MemoryCacheImageInputStream(in));
    if (image == null || image.getType() != BufferedImage.TYPE_BYTE_GRAY) {
      throw new IOException(name + " is not an 8-bit grey PNG");
    }
    var samples =
        image.getRaster().getSamples(0, 0, image.getWidth(), image.getHeight(), 0, (int[]) null);
    var values = new float[samples.length];
    for (int i = 0; i < samples.length; i++) {
      values[i] = samples[i] / 127.5f - 1;
    }
    return new GreyImage(image.getWidth(), image.getHeight(), values);
  }

  /** An 8-bit grey PNG; values outside [-1, 1] are clipped. */
  public static byte[] write(GreyImage picture) {
    var image = new BufferedImage(picture.width(), picture.height(), BufferedImage.TYPE_BYTE_GRAY);
    var samples = new int[picture.values().length];
    for (int i = 0; i < samples.length; i++) {
      float clipped = Math.max(-1, Math.min(1, picture.values()[i]));
      samples[i] = Math.round((clipped + 1) * 127.5f);
    }
    image.getRaster().setSamples(0, 0, picture.width(), picture.height(), 0, samples);
    return encode(image);
  }

  /**
   * A colour PNG.
   *
   * @param rgb {@code 0xRRGGBB} for each pixel, row by row
   */
  public static byte[] writeRgb(int width, int height, int[] rgb) {
    var image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    image.setRGB(0, 0, width, height, rgb, 0, width);
    return encode(image);
  }

  /** The picture as the value of an {@code src} attribute. */
  public static String dataUri(byte[] png) {
    return "data:image/png;base64," + Base64.getEncoder().encodeToString(png);
  }

  private static byte[] encode(BufferedImage image) {
    var bytes = new ByteArrayOutputStream();
    try {
      ImageIO.write(image, "png", bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }
}
