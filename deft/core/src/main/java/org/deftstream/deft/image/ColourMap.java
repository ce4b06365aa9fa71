package org.deftstream.deft.image;

import java.util.Locale;

/**
 * The colours of the maps of uncertainty and error: black for nothing, through violet and orange to
 * a pale yellow for the most. Lightness grows evenly, so that the map also reads in grey.
 */
public final class ColourMap {
  private static final int[] ANCHORS = {
    0x000004, 0x1b0c41, 0x4a0c6b, 0x781c6d, 0xa52c60, 0xcf4446, 0xed6925, 0xfb9b06, 0xfcffa4
  };

  private ColourMap() {}

  /** The colour {@code 0xRRGGBB} of a value in [0, 1]; values outside are clipped. */
  public static int rgb(double value) {
    double at = Math.max(0, Math.min(1, value)) * (ANCHORS.length - 1);
    int lower = Math.min((int) at, ANCHORS.length - 2);
    double part = at - lower;
    int colour = 0;
    for (int shift = 16; shift >= 0; shift -= 8) {
      int from = (ANCHORS[lower] >> shift) & 0xff;
      int to = (ANCHORS[lower + 1] >> shift) & 0xff;
      colour = colour << 8 | (int) Math.round(from + part * (to - from));
    }
    return colour;
  }

  /**
   * A PNG of non-negative values.
   *
   * @param top the value that gets the lightest colour, positive
   */
  public static byte[] png(int width, int height, float[] values, double top) {
    var colours = new int[values.length];
    for (int i = 0; i < values.length; i++) {
      colours[i] = rgb(values[i] / top);
    }
    return Png.writeRgb(width, height, colours);
  }

  /** The map as a CSS gradient from left to right, for the scale bar. */
  public static String cssGradient() {
    var css = new StringBuilder("linear-gradient(to right");
    for (int colour : ANCHORS) {
      css.append(String.format(Locale.ROOT, ",#%06x", colour));
    }
    return css.append(')').toString();
  }
}
