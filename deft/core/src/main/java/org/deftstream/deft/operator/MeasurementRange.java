package org.deftstream.deft.operator;

import java.util.Locale;

/**
 * The values that a measurement of an image in [-1, 1] can have, noise apart. Immutable.
 *
 * @param least in units of the measurement; minus infinity where nothing is known
 * @param most at least {@code least}; infinity where nothing is known
 */
public record MeasurementRange(double least, double most) {
  /** Of an operator that does not say. */
  public static final MeasurementRange UNBOUNDED =
      new MeasurementRange(Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY);

  /** Of measurements that are means of pixels. */
  public static final MeasurementRange OF_IMAGES = new MeasurementRange(-1, 1);

  private static final double SIGMAS = 10;

  public MeasurementRange {
    if (!(least <= most)) {
      throw new IllegalArgumentException("least must be at most " + most + ", got " + least);
    }
  }

  /** From {@code -most} to {@code most}. */
  public static MeasurementRange symmetric(double most) {
    return new MeasurementRange(-most, most);
  }

  /**
   * The range with ample room beyond either end, so that only another unit leaves it: half the
   * width, for truths that leave [-1, 1] a little, and ten standard deviations of the noise.
   *
   * @param sigma standard deviation of the noise
   */
  public MeasurementRange withRoom(double sigma) {
    double room = (most - least) / 2 + SIGMAS * sigma;
    return new MeasurementRange(least - room, most + room);
  }

  /**
   * Refuses a measurement that leaves the range {@link #withRoom}.
   *
   * @param kind what the message calls the operator
   * @param sigma standard deviation of the noise
   * @throws IllegalArgumentException one line with what the measurement holds, and the range
   */
  void require(String kind, double sigma, float[] measurement) {
    float smallest = Float.POSITIVE_INFINITY;
    float largest = Float.NEGATIVE_INFINITY;
    for (float value : measurement) {
      smallest = Math.min(smallest, value);
      largest = Math.max(largest, value);
    }
    var roomy = withRoom(sigma);
    if (smallest < roomy.least || largest > roomy.most) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "measurement holds %.4g to %.4g; %s measures %.4g to %.4g of images in [-1, 1]"
                  + " (%.4g to %.4g with room for noise)",
              smallest,
              largest,
              kind,
              least,
              most,
              roomy.least,
              roomy.most));
    }
  }
}
