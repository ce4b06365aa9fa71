package org.deftstream.deft.operator.tomography;

import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.linalg.SparseMatrix;

/**
 * Where the rays of a parallel-beam scan run.
 *
 * <p>The longer side of the image spans [-1, 1], so a pixel is {@code 2 / max(height, width)} wide;
 * x points to the right, y up. View k looks along angle {@code theta_k = k * angleRange / views}.
 * Its ray of detector bin b is the line {@code x cos(theta) + y sin(theta) = s_b}; bins are one
 * pixel wide and centred, {@code s_b = (b - (bins - 1) / 2) * pixel}. A detector of {@code sqrt(2)
 * * side} bins sees the whole image in every view.
 *
 * @param shape shape of the images; channels are projected one by one
 * @param views number of angles
 * @param angleRangeDegrees range that the angles divide, end excluded, in (0, 180]
 * @param bins detector bins per view
 */
record ParallelBeamGeometry(ImageShape shape, int views, double angleRangeDegrees, int bins) {
  /** Width of a pixel, and of a detector bin. */
  double pixel() {
    return 2.0 / Math.max(shape.height(), shape.width());
  }

  /** Angle between neighbouring views, in radians. */
  double angleStep() {
    return Math.toRadians(angleRangeDegrees) / views;
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
    for (int view = 0; view < views; view++) {
      double cos = Math.cos(view * angleStep());
      double sin = Math.sin(view * angleStep());
      for (int bin = 0; bin < bins; bin++) {
        double s = (bin - (bins - 1) / 2.0) * pixel();
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
    var matrix = new SparseMatrix.Builder(views * bins);
    for (int row = 0; row < shape.height(); row++) {
      for (int column = 0; column < shape.width(); column++) {
        for (int view = 0; view < views; view++) {
          double angle = view * angleStep();
          double s = x(column) * Math.cos(angle) + y(row) * Math.sin(angle);
          double bin = s / pixel() + (bins - 1) / 2.0;
          int left = (int) Math.floor(bin);
          if (left >= 0 && left < bins) {
            matrix.add(view * bins + left, angleStep() * (1 - (bin - left)));
          }
          if (left + 1 >= 0 && left + 1 < bins) {
            matrix.add(view * bins + left + 1, angleStep() * (bin - left));
          }
        }
        matrix.endRow();
      }
    }
    return matrix.build();
  }
}
