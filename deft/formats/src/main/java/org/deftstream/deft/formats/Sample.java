package org.deftstream.deft.formats;

import java.util.Map;
import java.util.Optional;
import org.deftstream.deft.image.IntensityScale;

/**
 * One image or one measurement as a file holds it. Immutable by agreement.
 *
 * @param values the numbers, in {@code units}; images as height x width, or height x width x
 *     channels
 * @param units {@code HU}; empty where the file does not say
 * @param scale what -1 and 1 mean, where the format says it: 0 and 255 of a picture of 8 bits
 * @param geometry where it lies
 * @param auxiliary further arrays that belong to it, by name
 */
public record Sample(
    NumericArray values,
    String units,
    Optional<IntensityScale> scale,
    Geometry geometry,
    Map<String, NumericArray> auxiliary) {

  /** Numbers of which nothing else is known. */
  public static Sample of(NumericArray values) {
    return new Sample(values, "", Optional.empty(), Geometry.UNKNOWN, Map.of());
  }

  /** Height of an image. */
  public int height() {
    return values.shape()[0];
  }

  /** Width of an image. */
  public int width() {
    return values.shape()[1];
  }

  /** Channels of an image. */
  public int channels() {
    return values.rank() > 2 ? values.shape()[2] : 1;
  }

  /**
   * Means over blocks of values; auxiliary arrays stay as they are.
   *
   * @param blocks as {@link NumericArray#averaged} takes them; none for the sample itself
   * @throws IllegalArgumentException if they do not fit, or if the sample says how large its pixels
   *     are
   */
  public Sample averaged(int... blocks) {
    if (blocks.length == 0) {
      return this;
    }
    if (geometry.spacing().length > 0) {
      throw new IllegalArgumentException("pixels whose size in space is known are not joined");
    }
    return new Sample(values.averaged(blocks), units, scale, geometry, auxiliary);
  }

  /** A {@link NumericArray#polynomial polynomial} of each value; none for the sample itself. */
  public Sample polynomial(double... coefficients) {
    return coefficients.length == 0
        ? this
        : new Sample(values.polynomial(coefficients), units, scale, geometry, auxiliary);
  }

  /** The same with other auxiliary arrays. */
  public Sample with(Map<String, NumericArray> other) {
    return new Sample(values, units, scale, geometry, other);
  }
}
