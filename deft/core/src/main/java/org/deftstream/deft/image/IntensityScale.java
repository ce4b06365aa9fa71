package org.deftstream.deft.image;

/**
 * What -1 and 1 of an image mean: {@code physical = slope * value + intercept}. Immutable.
 *
 * @param slope half of what lies between -1 and 1; its size is 1e-30 to 1e30
 * @param intercept what 0 means; its size is at most 1e30
 * @param units {@code HU}, {@code 1/mm}; empty where the file does not say
 */
public record IntensityScale(double slope, double intercept, String units) {
  /** What a float holds with room for sums. */
  private static final double MOST = 1e30;

  public IntensityScale {
    double size = Math.abs(slope);
    if (!(size >= 1 / MOST && size <= MOST && Math.abs(intercept) <= MOST)) {
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
   * @throws IllegalArgumentException if the two are equal, or not of a size that a scale takes
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
