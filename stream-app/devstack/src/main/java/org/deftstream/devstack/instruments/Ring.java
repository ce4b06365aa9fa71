package org.deftstream.devstack.instruments;

import java.util.Arrays;
import java.util.List;
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

  private static final double WIDTH = 5;
  private static final double CONTRAST = 0.6;
  private static final double FAINT = 0.1;

  private final ImageShape shape;
  private final double field;
  private final double pixel;

  /**
   * What was measured of a ring.
   *
   * @param diameter of the brightest parts, in microarcseconds
   * @param brighterDegrees where it is brighter, east of north, 0 to 360
   * @param row of its middle, in pixels
   * @param column of its middle, in pixels
   */
  record Measured(double diameter, double brighterDegrees, double row, double column) {}

  /**
   * Mean and standard deviation, pixel by pixel, of images that were laid onto each other.
   *
   * @param mean in [-1, 1]
   * @param deviation in the same units; 0 of a single image
   */
  record Overlay(float[] mean, float[] deviation) {}

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
   * @param flux what it sends in all, where 1 is a field whose image is 1 everywhere
   */
  float[] image(double diameter, double degrees, double flux) {
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
      image[i] = (float) (image[i] / sum * flux * 2 * shape.size() - 1);
    }
    return image;
  }

  /**
   * Measures one, as the collaboration did (ApJL 875, L4, section 9.1): of all centres the one from
   * which the brightest parts are most evenly far away; the diameter is twice their mean distance.
   * Centres are tried about the middle of the light: closures do not tell where on the sky it is.
   */
  Measured of(float[] image) {
    double[] middle = middleOfTheLight(image);
    double reach = field / 8;
    double best = Double.POSITIVE_INFINITY;
    double[] centre = middle;
    double radius = 0;
    for (double down = -reach; down <= reach; down += CENTRE_STEP) {
      for (double across = -reach; across <= reach; across += CENTRE_STEP) {
        double[] peaks = peaks(image, middle[0] + down / pixel, middle[1] + across / pixel);
        double mean = mean(peaks);
        // A centre with light all about it has no peaks around it, and they would be most even.
        double uneven = atTheLeast(peaks) * peaks.length * LEAST_RADIUS * LEAST_RADIUS;
        for (double peak : peaks) {
          uneven += (peak - mean) * (peak - mean);
        }
        uneven = Math.sqrt(uneven / peaks.length) / mean;
        if (uneven < best) {
          best = uneven;
          radius = mean;
          centre = new double[] {middle[0] + down / pixel, middle[1] + across / pixel};
        }
      }
    }
    return new Measured(2 * radius, brighter(image, centre, radius), centre[0], centre[1]);
  }

  /** Row and column of the mean of what is brighter than a tenth of the brightest. */
  private double[] middleOfTheLight(float[] image) {
    float most = -1;
    for (float value : image) {
      most = Math.max(most, value);
    }
    double sum = 0;
    var middle = new double[2];
    for (int i = 0; i < image.length; i++) {
      double light = Math.max(0, image[i] + 1 - FAINT * (most + 1));
      sum += light;
      middle[0] += light * (i / shape.width());
      middle[1] += light * (i % shape.width());
    }
    return sum > 0
        ? new double[] {middle[0] / sum, middle[1] / sum}
        : new double[] {(shape.height() - 1) / 2.0, (shape.width() - 1) / 2.0};
  }

  /**
   * Images laid onto each other, each moved so that its ring lies about the middle.
   *
   * @param images at least one
   */
  Overlay overlay(List<float[]> images) {
    var moved = images.stream().map(this::inTheMiddle).toList();
    var mean = new float[shape.size()];
    var deviation = new float[shape.size()];
    for (int i = 0; i < mean.length; i++) {
      double sum = 0;
      for (var image : moved) {
        sum += image[i];
      }
      double middle = sum / moved.size();
      double squares = 0;
      for (var image : moved) {
        squares += (image[i] - middle) * (image[i] - middle);
      }
      mean[i] = (float) middle;
      deviation[i] = (float) Math.sqrt(squares / Math.max(1, moved.size() - 1));
    }
    return new Overlay(mean, deviation);
  }

  private float[] inTheMiddle(float[] image) {
    var ring = of(image);
    double middle = (shape.width() - 1) / 2.0;
    var moved = new float[shape.size()];
    for (int i = 0; i < moved.length; i++) {
      double row = i / shape.width() + ring.row() - middle;
      double column = i % shape.width() + ring.column() - middle;
      moved[i] = (float) Interpolation.at(image, shape, row, column);
    }
    return moved;
  }

  /** The share of directions in which it is brightest where the search begins. */
  private static double atTheLeast(double[] peaks) {
    return Arrays.stream(peaks).filter(peak -> peak == LEAST_RADIUS).count()
        / (double) peaks.length;
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
