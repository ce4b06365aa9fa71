package org.deftstream.deft.operator.tomography;

import org.deftstream.deft.image.ImageShape;

/**
 * A fan of rays from a source that turns about the object: at angle beta it stands at {@code
 * sourceToOrigin (cos beta, sin beta)}, and the detector opposite, {@code sourceToDetector} away
 * from it. Detector bins are counted along {@code (-sin beta, cos beta)}.
 *
 * @param shape shape of the images
 * @param pixel width of a pixel, in the unit of all lengths
 * @param angles of the source
 * @param bins detector bins of a view
 * @param binSize width of a bin on the detector
 * @param centre the bin, counted from 0, that the ray through the axis of rotation meets
 * @param sourceToOrigin distance from the source to the axis, larger than half of the image's
 *     diagonal
 * @param sourceToDetector distance from the source to the detector
 * @param curved whether the detector is an arc about the source; else it is flat
 */
record FanBeamGeometry(
    ImageShape shape,
    double pixel,
    ViewAngles angles,
    int bins,
    double binSize,
    double centre,
    double sourceToOrigin,
    double sourceToDetector,
    boolean curved)
    implements ScanGeometry {

  @Override
  public int views() {
    return angles.count();
  }

  /** Where a bin lies on the detector, along the arc of a curved one. */
  private double along(int bin) {
    return (bin - centre) * binSize;
  }

  @Override
  public void ray(int view, int bin, double[] line) {
    double cos = Math.cos(angles.radians(view));
    double sin = Math.sin(angles.radians(view));
    double u = along(bin);
    double ahead = curved ? Math.cos(u / sourceToDetector) : sourceToDetector;
    double aside = curved ? Math.sin(u / sourceToDetector) : u;
    line[0] = sourceToOrigin / pixel * cos;
    line[1] = sourceToOrigin / pixel * sin;
    line[2] = -ahead * cos - aside * sin;
    line[3] = -ahead * sin + aside * cos;
  }

  /** Of a flat detector at the axis; of a curved one, the angle between the rays. */
  @Override
  public double filterSpacing() {
    return curved ? binSize / sourceToDetector : binSize * sourceToOrigin / sourceToDetector;
  }

  @Override
  public double filterFactor(int distance) {
    double angle = distance * binSize / sourceToDetector;
    if (!curved || distance == 0) {
      return 1;
    }
    return angle / Math.sin(angle) * (angle / Math.sin(angle));
  }

  @Override
  public double binWeight(int bin) {
    double u = along(bin);
    return curved
        ? sourceToOrigin * Math.cos(u / sourceToDetector)
        : sourceToDetector / Math.hypot(sourceToDetector, u);
  }

  /**
   * Kak and Slaney, Principles of Computerized Tomographic Imaging, 3.4. Where the views go all the
   * way round, every ray is measured twice and counts half.
   */
  @Override
  public void seen(int view, int row, double[] places, double[] weights) {
    double cos = Math.cos(angles.radians(view));
    double sin = Math.sin(angles.radians(view));
    double share = angles.weight(view) / Math.max(1, angles.span() / Math.PI);
    double y = (shape.height() / 2.0 - row - 0.5) * pixel;
    for (int column = 0; column < places.length; column++) {
      double x = (column + 0.5 - shape.width() / 2.0) * pixel;
      double ahead = sourceToOrigin - x * cos - y * sin;
      double aside = y * cos - x * sin;
      if (curved) {
        places[column] = sourceToDetector * Math.atan2(aside, ahead) / binSize + centre;
        weights[column] = share / (ahead * ahead + aside * aside);
      } else {
        double near = sourceToOrigin / ahead;
        places[column] = sourceToDetector * aside / ahead / binSize + centre;
        weights[column] = share * near * near;
      }
    }
  }

  @Override
  public ScanGeometry withAngles(float[] degrees) {
    return new FanBeamGeometry(
        shape,
        pixel,
        angles.listed(degrees),
        bins,
        binSize,
        centre,
        sourceToOrigin,
        sourceToDetector,
        curved);
  }
}
