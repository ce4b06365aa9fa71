package org.deftstream.deft.operator.tomography;

import org.deftstream.deft.image.ImageShape;

/**
 * Where the rays of a scan run: x points to the right, y up, and the axis of rotation goes through
 * the middle of the image. The rays of a view do not cross within the image. Immutable and
 * thread-safe.
 */
interface ScanGeometry {
  /** Shape of the images; channels are projected one by one. */
  ImageShape shape();

  /** Number of angles. */
  int views();

  /** Detector bins of a view. */
  int bins();

  /** Width of a pixel, in the unit of length. */
  double pixel();

  /**
   * A ray.
   *
   * @param line takes x and y of one of its points, and x and y of its direction, in pixels
   */
  void ray(int view, int bin, double[] line);

  /** Distance between the bins, as the ramp filter of the back-projection takes it. */
  double filterSpacing();

  /** What the ramp's value for bins so far apart is multiplied with. */
  default double filterFactor(int distance) {
    return 1;
  }

  /** What a value is multiplied with before it is filtered. */
  default double binWeight(int bin) {
    return 1;
  }

  /**
   * Where a view sees the pixels of a row, for the back-projection of filtered views.
   *
   * @param bins takes the place of each pixel on the detector, counted in bins
   * @param weights takes what the filtered value there is multiplied with
   */
  void seen(int view, int row, double[] bins, double[] weights);

  /** The same scan with the views at other angles, in degrees. */
  ScanGeometry withAngles(float[] degrees);
}
