package org.deftstream.deft.metrics;

/**
 * Peak signal-to-noise ratio with the data range 2, that of images in [-1, 1]. Stateless and
 * thread-safe.
 */
public final class Psnr {
  private Psnr() {}

  /**
   * {@code 10 log10(4 / mean((estimate - truth)^2))}, in decibels; infinite for equal images.
   * Nothing is clipped: compare what would be published.
   *
   * @throws IllegalArgumentException if the images differ in size
   */
  public static double of(float[] estimate, float[] truth) {
    if (estimate.length != truth.length) {
      throw new IllegalArgumentException(
          "images differ in size: " + estimate.length + " and " + truth.length + " values");
    }
    double sum = 0;
    for (int i = 0; i < truth.length; i++) {
      double difference = (double) estimate[i] - truth[i];
      sum += difference * difference;
    }
    return 10 * Math.log10(4 * truth.length / sum);
  }
}
