package org.deftstream.deft.evaluation;

import org.deftstream.deft.operator.BoundMeasurement;

/**
 * What a method answers to one measurement.
 *
 * @param mean mean of its samples, flat, channels last; null if it failed
 * @param deviation standard deviation of the samples, divisor K - 1; null for a single one
 * @param residual {@link org.deftstream.deft.operator.ForwardOperator#residual} of the mean
 * @param failure why there is no image; null if there is one
 */
public record Estimate(float[] mean, float[] deviation, double residual, String failure) {
  /** An answer. */
  public static Estimate of(float[] mean, float[] deviation, double residual) {
    return new Estimate(mean, deviation, residual, null);
  }

  /** No answer: a method that diverges on one image must not end the comparison of the others. */
  public static Estimate failed(String why) {
    return new Estimate(null, null, Double.NaN, why);
  }

  /**
   * One image without a deviation.
   *
   * @param otherwise why there is none, if a value is not finite
   */
  static Estimate of(float[] image, BoundMeasurement m, String otherwise) {
    for (float value : image) {
      if (!Float.isFinite(value)) {
        return failed(otherwise);
      }
    }
    return of(image, null, m.operator().residual(image, m.measurement()));
  }

  boolean hasFailed() {
    return failure != null;
  }
}
