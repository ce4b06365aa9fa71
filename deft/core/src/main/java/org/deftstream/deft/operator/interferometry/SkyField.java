package org.deftstream.deft.operator.interferometry;

import org.deftstream.deft.image.ImageShape;

/**
 * The square of sky that an image of one channel shows, whose brightness is 0 where the image is -1
 * and {@code brightness} Jansky over the whole square where it is 1 everywhere. Immutable and
 * thread-safe.
 *
 * @param fieldOfView what the longer side spans, in microarcseconds, above 0
 * @param brightness Jansky, above 0
 */
record SkyField(ImageShape shape, double fieldOfView, double brightness) {
  private static final double MICROARCSECOND = Math.PI / 180 / 3600 * 1e-6;

  /** Width of a pixel in radians. */
  double pixel() {
    return fieldOfView * MICROARCSECOND / side();
  }

  /** Jansky per pixel that an image rises by where its values rise by 1. */
  double unit() {
    return brightness / 2 / side() / side();
  }

  private int side() {
    return Math.max(shape.height(), shape.width());
  }

  /** An image in Jansky per pixel. */
  float[] sky(float[] image) {
    var sky = new float[image.length];
    for (int i = 0; i < sky.length; i++) {
      sky[i] = (float) (unit() * (image[i] + 1));
    }
    return sky;
  }

  /** The derivative of {@link #sky} times a change, and its own transpose. */
  float[] change(float[] values) {
    var out = new float[values.length];
    for (int i = 0; i < out.length; i++) {
      out[i] = (float) (unit() * values[i]);
    }
    return out;
  }

  /** The image of a round blob in the middle, a sixth of the field wide, of a flux in Jansky. */
  float[] blob(double flux) {
    var image = new float[shape.size()];
    int width = shape.width();
    double sum = 0;
    for (int i = 0; i < image.length; i++) {
      double y = (i / width + 0.5 - shape.height() / 2.0) / side();
      double x = (i % width + 0.5 - width / 2.0) / side();
      image[i] = (float) Math.exp(-(x * x + y * y) / 0.01);
      sum += image[i];
    }
    for (int i = 0; i < image.length; i++) {
      image[i] = (float) (image[i] * flux / (sum * unit()) - 1);
    }
    return image;
  }
}
