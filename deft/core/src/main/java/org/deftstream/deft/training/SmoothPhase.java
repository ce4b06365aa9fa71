package org.deftstream.deft.training;

import java.util.random.RandomGenerator;

/**
 * Complex images as magnetic resonance gives them, made of grey ones that have lost their phase: a
 * grey value of -1 is a magnitude of 0, one of 1 a magnitude of 1, times a smooth shading (the
 * sensitivity that all coils together have) and with a smooth phase. In half of the images the
 * phase is near 0, as where the coils' sensitivities have taken it in; in the others it begins
 * anywhere. Stateless and thread-safe.
 */
final class SmoothPhase {
  /** In pixels: phase and shading change over such lengths. */
  private static final double LENGTH = 100;

  private static final double SLOPE = 0.8;
  private static final double BEND = 0.4;
  private static final double SHADING = 0.25;

  /** What is left of the phase where sensitivities hold most of it. */
  private static final double REST = 0.25;

  private SmoothPhase() {}

  /**
   * Gives an image a phase.
   *
   * @param grey side x side values in [-1, 1]
   * @param random draws phase and shading
   * @return side x side x 2, real and imaginary parts, of magnitudes of at most 1
   */
  static float[] complex(float[] grey, int side, RandomGenerator random) {
    boolean any = random.nextBoolean();
    var phase = surface(any ? SLOPE : REST * SLOPE, any ? BEND : REST * BEND, random);
    phase[0] = any ? 2 * Math.PI * random.nextDouble() : REST * random.nextGaussian();
    var shading = surface(SHADING, SHADING, random);
    shading[0] = SHADING * random.nextGaussian();
    var complex = new float[2 * grey.length];
    for (int i = 0; i < grey.length; i++) {
      double y = (i / side - side / 2.0) / LENGTH;
      double x = (i % side - side / 2.0) / LENGTH;
      double magnitude = Math.min(1, (grey[i] + 1) / 2 * Math.exp(at(shading, y, x)));
      double angle = at(phase, y, x);
      complex[2 * i] = (float) (magnitude * Math.cos(angle));
      complex[2 * i + 1] = (float) (magnitude * Math.sin(angle));
    }
    return complex;
  }

  /** Coefficients of 1, y, x, y^2, xy, x^2; the first is 0. */
  private static double[] surface(double slope, double bend, RandomGenerator random) {
    var coefficients = new double[6];
    for (int i = 1; i < coefficients.length; i++) {
      coefficients[i] = (i < 3 ? slope : bend) * random.nextGaussian();
    }
    return coefficients;
  }

  private static double at(double[] c, double y, double x) {
    return c[0] + y * (c[1] + c[3] * y + c[4] * x) + x * (c[2] + c[5] * x);
  }
}
