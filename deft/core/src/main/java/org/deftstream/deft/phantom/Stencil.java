package org.deftstream.deft.phantom;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.Shape;
import java.awt.geom.AffineTransform;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;
import java.util.Arrays;

/** A square of pixels that are marked or not, about a middle. Not thread-safe. */
final class Stencil {
  private static final byte MARKED = (byte) 255;

  private final int side;
  private final AffineTransform toPixels;
  private final BufferedImage picture;
  private final byte[] pixels;

  /**
   * Nothing is marked.
   *
   * @param side pixels of the square, which is 1 wide
   * @param x where the origin of all shapes lies, counted from the left
   * @param y the same from the top
   */
  Stencil(int side, double x, double y) {
    this.side = side;
    toPixels = new AffineTransform(side, 0, 0, side, x * side, y * side);
    picture = new BufferedImage(side, side, BufferedImage.TYPE_BYTE_GRAY);
    pixels = ((DataBufferByte) picture.getRaster().getDataBuffer()).getData();
  }

  int side() {
    return side;
  }

  boolean marked(int row, int column) {
    return pixels[row * side + column] != 0;
  }

  void clear() {
    Arrays.fill(pixels, (byte) 0);
  }

  void fill() {
    Arrays.fill(pixels, MARKED);
  }

  /** Marks a shape and all within a distance of it; or takes the mark away. */
  void draw(Shape shape, double around, boolean mark) {
    Graphics2D graphics = picture.createGraphics();
    try {
      graphics.setColor(mark ? Color.WHITE : Color.BLACK);
      graphics.transform(toPixels);
      graphics.fill(shape);
      if (around > 0) {
        graphics.setStroke(
            new BasicStroke((float) (2 * around), BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
        graphics.draw(shape);
      }
    } finally {
      graphics.dispose();
    }
  }

  /** Whether both have marked a pixel. */
  boolean meets(Stencil other) {
    for (int i = 0; i < pixels.length; i++) {
      if ((pixels[i] & other.pixels[i]) != 0) {
        return true;
      }
    }
    return false;
  }
}
