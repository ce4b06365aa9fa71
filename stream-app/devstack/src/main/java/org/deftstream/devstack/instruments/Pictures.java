package org.deftstream.devstack.instruments;

import java.util.Arrays;
import org.deftstream.deft.image.ColourMap;
import org.deftstream.deft.image.GreyImage;
import org.deftstream.deft.image.Png;

/** Values as pictures. Stateless. */
final class Pictures {
  private static final double CUT = 0.005;

  private Pictures() {}

  /** Grey, from black at one value to white at another. */
  static byte[] grey(float[] values, int width, double black, double white) {
    var grey = new float[values.length];
    for (int i = 0; i < grey.length; i++) {
      grey[i] = (float) (2 * (values[i] - black) / (white - black) - 1);
    }
    return Png.write(new GreyImage(width, values.length / width, grey));
  }

  /** Grey, black and white where but one value in two hundred lies beyond. */
  static byte[] stretched(float[] values, int width) {
    double[] ends = ends(values);
    return grey(values, width, ends[0], ends[1]);
  }

  /** Values of 0 or more in the colours of uncertainty. */
  static byte[] map(float[] values, int width) {
    return ColourMap.png(width, values.length / width, values, Math.max(1e-9, ends(values)[1]));
  }

  private static double[] ends(float[] values) {
    var sorted = values.clone();
    Arrays.sort(sorted);
    double low = sorted[(int) (CUT * (sorted.length - 1))];
    double high = sorted[(int) ((1 - CUT) * (sorted.length - 1))];
    return new double[] {low, high > low ? high : low + 1};
  }
}
