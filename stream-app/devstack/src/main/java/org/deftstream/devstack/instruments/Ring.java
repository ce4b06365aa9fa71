package org.deftstream.devstack.instruments;

import org.deftstream.deft.image.ImageShape;

/**
 * Rings on the sky, in square images of -1 for darkness whose rows go south and whose columns go
 * west. Immutable.
 */
final class Ring {
  private static final int DIRECTIONS = 72;
  private static final double RADIUS_STEP = 0.25;
  private static final double LEAST_RADIUS = 8;
  private static final double CENTRE_STEP = 1;

  /** What the published images send in all, in Jansky. */
  private static final double FLUX = 0.6;

  private static final double WIDTH = 5;
  private static final double CONTRAST = 0.6;

  private final ImageShape shape;
  private final double field;
  private final double pixel;

  /**
   * What was measured of a ring.
   *
   * @param diameter of the brightest parts, in microarcseconds
   * @param brighterDegrees where it is brighter, east of north, 0 to 360
   */
  record Measured(double diameter, double brighterDegrees) {}

  /**
   * Rings in images of some shape.
   *
   * @param field microarcseconds of a side
   */
  Ring(ImageShape shape, double field) {
    this.shape = shape;
    this.field = field;
    pixel = field / shape.width();
  }

  /**
   * Draws one about the middle.
   *
   * @param diameter in microarcseconds
   * @param degrees where it is brighter, east of north
   * @param brightness Jansky of the field where the image is 1 everywhere
   */
  float[] image(double diameter, double degrees, double brightness) {
    var image = new float[shape.size()];
    double sum = 0;
    double middle = (shape.width() - 1) / 2.0;
    for (int i = 0; i < image.length; i++) {
      double east = (middle - i % shape.width()) * pixel;
      double north = (middle - i / shape.width()) * pixel;
      double off = (Math.hypot(east, north) - diameter / 2) / WIDTH;
      double turn = Math.atan2(east, north) - Math.toRadians(degrees);
      image[i] = (float) (Math.exp(-off * off / 2) * (1 + CONTRAST * Math.cos(turn)));
      sum += image[i];
    }
    for (int i = 0; i < image.length; i++) {
      image[i] = (float) (image[i] / sum * FLUX * 2 * shape.size() / brightness - 1);
    }
    return image;
  }

  /**
   * Measures one, as the collaboration did (ApJL 875, L4, section 9.1): of all centres the one from
   * which the brightest parts are most evenly far away; the diameter is twice their mean distance.
   */
  Measured of(float[] image) {
    double middle = (shape.width() - 1) / 2.0;
    double reach = field / 8;
    double best = Double.POSITIVE_INFINITY;
    double[] centre = {middle, middle};
    double radius = 0;
    for (double down = -reach; down <= reach; down += CENTRE_STEP) {
      for (double across = -reach; across <= reach; across += CENTRE_STEP) {
        double[] peaks = peaks(image, middle + down / pixel, middle + across / pixel);
        double mean = mean(peaks);
        double uneven = 0;
        for (double peak : peaks) {
          uneven += (peak - mean) * (peak - mean);
        }
        uneven = Math.sqrt(uneven / peaks.length) / mean;
        if (uneven < best) {
          best = uneven;
          radius = mean;
          centre = new double[] {middle + down / pixel, middle + across / pixel};
        }
      }
    }
    return new Measured(2 * radius, brighter(image, centre, radius));
  }

  /** How far away, in each direction, it is brightest. */
  private double[] peaks(float[] image, double row, double column) {
    var peaks = new double[DIRECTIONS];
    for (int i = 0; i < DIRECTIONS; i++) {
      double brightest = Double.NEGATIVE_INFINITY;
      for (double r = LEAST_RADIUS; r <= field / 3; r += RADIUS_STEP) {
        double value = at(image, row, column, r, angle(i));
        if (value > brightest) {
          brightest = value;
          peaks[i] = r;
        }
      }
    }
    return peaks;
  }

  /** The direction of the first harmonic of the light along the ring. */
  private double brighter(float[] image, double[] centre, double radius) {
    double north = 0;
    double east = 0;
    for (int i = 0; i < DIRECTIONS; i++) {
      double value = at(image, centre[0], centre[1], radius, angle(i)) + 1;
      north += value * Math.cos(angle(i));
      east += value * Math.sin(angle(i));
    }
    double degrees = Math.toDegrees(Math.atan2(east, north));
    return degrees < 0 ? degrees + 360 : degrees;
  }

  private double at(float[] image, double row, double column, double r, double angle) {
    return Interpolation.at(
        image, shape, row - r * Math.cos(angle) / pixel, column - r * Math.sin(angle) / pixel);
  }

  private static double angle(int direction) {
    return 2 * Math.PI * direction / DIRECTIONS;
  }

  private static double mean(double[] values) {
    double sum = 0;
    for (double value : values) {
      sum += value;
    }
    return sum / values.length;
  }
}
