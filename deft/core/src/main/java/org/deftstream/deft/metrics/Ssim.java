package org.deftstream.deft.metrics;

import org.deftstream.deft.image.ImageShape;

/**
 * Structural similarity (Wang et al., IEEE Trans. Image Processing 13, 2004): Gaussian window of
 * 11x11 with sigma 1.5, K1 = 0.01, K2 = 0.03, data range 2, variances weighted by the window and
 * not corrected for its size. The mean is over the positions where the window fits into the image,
 * and over channels. Stateless and thread-safe.
 */
public final class Ssim {
  private static final int WINDOW = 11;
  private static final double SIGMA = 1.5;
  private static final double C1 = 0.01 * 2 * 0.01 * 2;
  private static final double C2 = 0.03 * 2 * 0.03 * 2;
  private static final double[] KERNEL = kernel();

  private Ssim() {}

  /**
   * The mean structural similarity, at most 1.
   *
   * @throws IllegalArgumentException if an image does not have the shape or the window does not fit
   */
  public static double of(float[] a, float[] b, ImageShape shape) {
    if (a.length != shape.size() || b.length != shape.size()) {
      throw new IllegalArgumentException(
          "images of " + shape + " expected, got " + a.length + " and " + b.length + " values");
    }
    if (shape.height() < WINDOW || shape.width() < WINDOW) {
      throw new IllegalArgumentException(
          "SSIM needs images of at least " + WINDOW + "x" + WINDOW + ", got " + shape);
    }
    double sum = 0;
    for (int c = 0; c < shape.channels(); c++) {
      sum += channel(plane(a, shape, c), plane(b, shape, c), shape.height(), shape.width());
    }
    return sum / shape.channels();
  }

  private static double channel(double[] a, double[] b, int height, int width) {
    var meanA = smooth(a, height, width);
    var meanB = smooth(b, height, width);
    var squareA = smooth(product(a, a), height, width);
    var squareB = smooth(product(b, b), height, width);
    var cross = smooth(product(a, b), height, width);
    double sum = 0;
    for (int i = 0; i < meanA.length; i++) {
      double both = meanA[i] * meanB[i];
      double squares = meanA[i] * meanA[i] + meanB[i] * meanB[i];
      double covariance = cross[i] - both;
      double variances = squareA[i] + squareB[i] - squares;
      sum += (2 * both + C1) * (2 * covariance + C2) / ((squares + C1) * (variances + C2));
    }
    return sum / meanA.length;
  }

  /** The weighted means at all positions where the window fits. */
  private static double[] smooth(double[] plane, int height, int width) {
    int fitting = width - WINDOW + 1;
    var rows = new double[height * fitting];
    for (int r = 0; r < height; r++) {
      for (int c = 0; c < fitting; c++) {
        double sum = 0;
        for (int k = 0; k < WINDOW; k++) {
          sum += KERNEL[k] * plane[r * width + c + k];
        }
        rows[r * fitting + c] = sum;
      }
    }
    var out = new double[(height - WINDOW + 1) * fitting];
    for (int i = 0; i < out.length; i++) {
      for (int k = 0; k < WINDOW; k++) {
        out[i] += KERNEL[k] * rows[i + k * fitting];
      }
    }
    return out;
  }

  private static double[] plane(float[] image, ImageShape shape, int channel) {
    var out = new double[shape.height() * shape.width()];
    for (int i = 0; i < out.length; i++) {
      out[i] = image[i * shape.channels() + channel];
    }
    return out;
  }

  private static double[] product(double[] a, double[] b) {
    var out = new double[a.length];
    for (int i = 0; i < out.length; i++) {
      out[i] = a[i] * b[i];
    }
    return out;
  }

  private static double[] kernel() {
    var weights = new double[WINDOW];
    double sum = 0;
    for (int i = 0; i < WINDOW; i++) {
      double distance = i - WINDOW / 2;
      weights[i] = Math.exp(-distance * distance / (2 * SIGMA * SIGMA));
      sum += weights[i];
    }
    for (int i = 0; i < WINDOW; i++) {
      weights[i] /= sum;
    }
    return weights;
  }
}
