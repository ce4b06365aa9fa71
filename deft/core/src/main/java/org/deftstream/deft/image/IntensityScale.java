package org.deftstream.deft.image;

/**
 * What -1 and 1 of an image mean: {@code physical = slope * value + intercept}. Immutable.
 *
 * @param slope half of what lies between -1 and 1; finite and not 0
 * @param intercept what 0 means; finite
 * @param units {@code HU}, {@code 1/mm}; empty where the file does not say
 */
public record IntensityScale(double slope, double intercept, String units) {
  public IntensityScale {
    if (!Double.isFinite(slope) || slope == 0 || !Double.isFinite(intercept)) {
      throw new IllegalArgumentException(
          "an intensity scale needs a finite slope that is not 0 and a finite intercept, got "
              + slope
              + " and "
              + intercept);
    }
  }

  /**
   * The scale on which -1 means {@code low} and 1 means {@code high}.
   *
   * @throws IllegalArgumentException if the two are equal or not finite
   */
  public static IntensityScale window(double low, double high, String units) {
    return new IntensityScale((high - low) / 2, (high + low) / 2, units);
  }

  /** From a value of an image to the physical one. */
  public double toPhysical(double value) {
    return slope * value + intercept;
  }

  /** From a physical value to that of an image. */
  public double toImage(double physical) {
    return (physical - intercept) / slope;
  }

  /** What -1 means. */
  public double low() {
    return intercept - slope;
  }

  /** What 1 means. */
  public double high() {
    return intercept + slope;
  }
}
