package org.deftstream.deft.operator;

import java.util.Arrays;
import org.deftstream.deft.image.IntensityScale;

/**
 * Between what an operator measures of images in physical units and what it measures of images in
 * [-1, 1]. Stateless and thread-safe.
 */
public final class PhysicalUnits {
  private PhysicalUnits() {}

  /**
   * The measurement of the image in [-1, 1]: of {@code y = L (slope x + intercept)}, with L the
   * linear part of the operator, what {@code A(x)} is. Values that are not numbers, because nothing
   * was measured there, stay so. An operator that measures {@link ForwardOperator#intensities} is
   * in physical units itself, so nothing is changed for it.
   *
   * @param bound the operator of the record
   * @param measurement y in physical units
   * @param scale what -1 and 1 mean
   * @throws IllegalArgumentException if the operator is not linear
   */
  public static float[] toImageUnits(
      ForwardOperator bound, float[] measurement, IntensityScale scale) {
    if (bound.intensities().isPresent()) {
      return measurement;
    }
    float[] offset = offset(bound, scale);
    var values = new float[measurement.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) ((measurement[i] - (double) offset[i]) / scale.slope());
    }
    return values;
  }

  /** The reverse of {@link #toImageUnits}. */
  public static float[] toPhysical(
      ForwardOperator bound, float[] measurement, IntensityScale scale) {
    if (bound.intensities().isPresent()) {
      return measurement;
    }
    float[] offset = offset(bound, scale);
    var values = new float[measurement.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (measurement[i] * scale.slope() + offset[i]);
    }
    return values;
  }

  /** What the intercept alone measures. */
  private static float[] offset(ForwardOperator bound, IntensityScale scale) {
    if (!bound.linear()) {
      throw new IllegalArgumentException(
          "scale: "
              + bound.kind()
              + " is not linear, so its measurements cannot be turned from physical units into"
              + " those of images in [-1, 1]; leave scale out");
    }
    var image = new float[bound.imageShape().size()];
    float[] zero = bound.measure(image);
    if (scale.intercept() == 0) {
      return new float[zero.length];
    }
    Arrays.fill(image, 1);
    float[] one = bound.measure(image);
    for (int i = 0; i < one.length; i++) {
      one[i] = (float) (scale.intercept() * (one[i] - zero[i]));
    }
    return one;
  }

  /** An image in [-1, 1] in physical units; values outside are clipped first. */
  public static float[] image(float[] image, IntensityScale scale) {
    var values = new float[image.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) scale.toPhysical(Math.max(-1, Math.min(1, image[i])));
    }
    return values;
  }

  /** Standard deviations of values in [-1, 1] in physical units. */
  public static float[] deviation(float[] deviation, IntensityScale scale) {
    var values = new float[deviation.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (deviation[i] * Math.abs(scale.slope()));
    }
    return values;
  }
}
