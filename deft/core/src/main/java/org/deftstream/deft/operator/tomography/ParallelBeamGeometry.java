package org.deftstream.deft.operator.tomography;

import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.linalg.SparseMatrix;

/**
 * Where the rays of a parallel-beam scan run.
 *
 * <p>The longer side of the image spans [-1, 1], so a pixel is {@code 2 / max(height, width)} wide;
 * x points to the right, y up. The ray of detector bin b at angle theta is the line {@code x
 * cos(theta) + y sin(theta) = s_b} with {@code s_b = (b - centre) * binSize * pixel}. A detector of
 * {@code sqrt(2) * side} bins as wide as pixels sees the whole image in every view.
 *
 * @param shape shape of the images
 * @param angles theta of each view
 * @param bins detector bins of a view
 * @param centre the bin, counted from 0, that the axis of rotation is seen in
 * @param binSize width of a bin, in pixels
 */
record ParallelBeamGeometry(
    ImageShape shape, ViewAngles angles, int bins, double centre, double binSize)
    implements ScanGeometry {

  /** A centred detector whose bins are one pixel wide, and views that divide a range evenly. */
  ParallelBeamGeometry(ImageShape shape, int views, double angleRangeDegrees, int bins) {
    this(shape, ViewAngles.even(views, 0, angleRangeDegrees, 180), bins, (bins - 1) / 2.0, 1);
  }

  @Override
  public int views() {
    return angles.count();
  }

  @Override
  public double pixel() {
    return 2.0 / Math.max(shape.height(), shape.width());
  }

  @Override
  public void ray(int view, int bin, double[] line) {
    double cos = Math.cos(angles.radians(view));
    double sin = Math.sin(angles.radians(view));
    double s = (bin - centre) * binSize;
    line[0] = s * cos;
    line[1] = s * sin;
    line[2] = -sin;
    line[3] = cos;
  }

  @Override
  public double filterSpacing() {
    return binSize * pixel();
  }

  @Override
  public void seen(int view, int row, double[] places, double[] weights) {
    double cos = Math.cos(angles.radians(view));
    double sin = Math.sin(angles.radians(view));
    double y = shape.height() / 2.0 - row - 0.5;
    for (int column = 0; column < places.length; column++) {
      double x = column + 0.5 - shape.width() / 2.0;
      places[column] = (x * cos + y * sin) / binSize + centre;
      weights[column] = angles.weight(view);
    }
  }

  @Override
  public ScanGeometry withAngles(float[] degrees) {
    return new ParallelBeamGeometry(shape, angles.listed(degrees), bins, centre, binSize);
  }

  private double x(int column) {
    return (column + 0.5 - shape.width() / 2.0) * pixel();
  }

  private double y(int row) {
    return (shape.height() / 2.0 - row - 0.5) * pixel();
  }

  /**
   * The system matrix by Joseph's method (IEEE Trans. Med. Imaging 1, 1982): a ray steps through
   * the columns or the rows, whichever it crosses more steeply, and interpolates linearly between
   * the two nearest pixels. One row for each view and bin; the result is a line integral, in units
   * of image value times length.
   */
  SparseMatrix systemMatrix() {
    var matrix = new SparseMatrix.Builder(shape.height() * shape.width());
    for (int view = 0; view < views(); view++) {
      double cos = Math.cos(angles.radians(view));
      double sin = Math.sin(angles.radians(view));
      for (int bin = 0; bin < bins; bin++) {
        double s = (bin - centre) * binSize * pixel();
        if (Math.abs(sin) >= Math.abs(cos)) {
          for (int column = 0; column < shape.width(); column++) {
            double row = shape.height() / 2.0 - 0.5 - (s - x(column) * cos) / sin / pixel();
            addBetweenRows(matrix, row, column, pixel() / Math.abs(sin));
          }
        } else {
          for (int row = 0; row < shape.height(); row++) {
            double column = shape.width() / 2.0 - 0.5 + (s - y(row) * sin) / cos / pixel();
            addBetweenColumns(matrix, row, column, pixel() / Math.abs(cos));
          }
        }
        matrix.endRow();
      }
    }
    return matrix.build();
  }

  private void addBetweenRows(SparseMatrix.Builder matrix, double row, int column, double length) {
    int above = (int) Math.floor(row);
    double below = row - above;
    if (above >= 0 && above < shape.height()) {
      matrix.add(above * shape.width() + column, length * (1 - below));
    }
    if (above + 1 >= 0 && above + 1 < shape.height()) {
      matrix.add((above + 1) * shape.width() + column, length * below);
    }
  }

  private void addBetweenColumns(
      SparseMatrix.Builder matrix, int row, double column, double length) {
    int left = (int) Math.floor(column);
    double right = column - left;
    if (left >= 0 && left < shape.width()) {
      matrix.add(row * shape.width() + left, length * (1 - right));
    }
    if (left + 1 >= 0 && left + 1 < shape.width()) {
      matrix.add(row * shape.width() + left + 1, length * right);
    }
  }

  /**
   * The back-projection of filtered views: the integral over the angles, interpolated linearly
   * between the detector bins. One row for each pixel. Not the transpose of {@link #systemMatrix},
   * whose weights vary from pixel to pixel and would show as a pattern.
   */
  SparseMatrix backProjection() {
    var matrix = new SparseMatrix.Builder(views() * bins);
    for (int row = 0; row < shape.height(); row++) {
      for (int column = 0; column < shape.width(); column++) {
        for (int view = 0; view < views(); view++) {
          double angle = angles.radians(view);
          double s = x(column) * Math.cos(angle) + y(row) * Math.sin(angle);
          double bin = s / (binSize * pixel()) + centre;
          int left = (int) Math.floor(bin);
          if (left >= 0 && left < bins) {
            matrix.add(view * bins + left, angles.weight(view) * (1 - (bin - left)));
          }
          if (left + 1 >= 0 && left + 1 < bins) {
            matrix.add(view * bins + left + 1, angles.weight(view) * (bin - left));
          }
        }
        matrix.endRow();
      }
    }
    return matrix.build();
  }
}
