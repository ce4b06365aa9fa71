package org.deftstream.deft.operator.mri;

import org.deftstream.deft.image.ImageShape;

/** Smooth coil sensitivities for simulated scans. Stateless and thread-safe. */
final class CoilMaps {
  private static final double DISTANCE = 1.1;
  private static final double REACH = 0.8;

  private CoilMaps() {}

  /**
   * Coils on a circle around the image, in whose units half a side is 1: Gaussian magnitudes with a
   * linear phase, scaled so that the squares of all coils sum to 1 in every pixel. A single coil is
   * 1 everywhere.
   *
   * @return coils x height x width x 2, real and imaginary parts
   */
  static float[] synthetic(ImageShape shape, int coils) {
    int pixels = shape.height() * shape.width();
    var maps = new float[coils * pixels * 2];
    var magnitude = new double[coils];
    for (int i = 0; i < pixels; i++) {
      double x = 2 * (i % shape.width() + 0.5) / shape.width() - 1;
      double y = 1 - 2 * (i / shape.width() + 0.5) / shape.height();
      double squares = 0;
      for (int c = 0; c < coils; c++) {
        double angle = 2 * Math.PI * c / coils;
        double dx = x - DISTANCE * Math.cos(angle);
        double dy = y - DISTANCE * Math.sin(angle);
        magnitude[c] = Math.exp(-(dx * dx + dy * dy) / (2 * REACH * REACH));
        squares += magnitude[c] * magnitude[c];
      }
      for (int c = 0; c < coils; c++) {
        double angle = 2 * Math.PI * c / coils;
        double phase = coils == 1 ? 0 : angle + 0.7 * (x * Math.cos(angle) + y * Math.sin(angle));
        double size = magnitude[c] / Math.sqrt(squares);
        maps[2 * (c * pixels + i)] = (float) (size * Math.cos(phase));
        maps[2 * (c * pixels + i) + 1] = (float) (size * Math.sin(phase));
      }
    }
    return maps;
  }
}
