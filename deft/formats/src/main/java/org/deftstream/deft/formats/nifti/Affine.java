package org.deftstream.deft.formats.nifti;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import org.deftstream.deft.formats.Geometry;
import org.deftstream.deft.formats.Sample;

/**
 * From the index of a voxel (column, row, slice) to millimetres towards right, front and head.
 * Geometry is to the left and back, as in DICOM: the first two signs differ.
 *
 * @param rows three rows of four numbers; null if the file does not say
 * @param zooms spacing along the three axes
 */
record Affine(double[][] rows, double[] zooms) {
  private static final int PIXDIM = 76;

  static Affine read(ByteBuffer header) {
    var zooms = new double[3];
    for (int i = 0; i < 3; i++) {
      double zoom = Math.abs(header.getFloat(PIXDIM + 4 + 4 * i));
      zooms[i] = zoom > 0 && Double.isFinite(zoom) ? zoom : 1;
    }
    double[][] rows = null;
    if (header.getShort(254) > 0) {
      rows = new double[3][4];
      for (int i = 0; i < 12; i++) {
        rows[i / 4][i % 4] = header.getFloat(280 + 4 * i);
      }
    } else if (header.getShort(252) > 0) {
      rows = ofQuaternion(header, zooms);
    }
    return new Affine(usable(rows) ? rows : null, zooms);
  }

  private static boolean usable(double[][] rows) {
    if (rows == null) {
      return false;
    }
    for (int column = 0; column < 4; column++) {
      double length = Math.hypot(Math.hypot(rows[0][column], rows[1][column]), rows[2][column]);
      if (!Double.isFinite(length) || (column < 2 && length < 1e-9)) {
        return false;
      }
    }
    return true;
  }

  private static double[][] ofQuaternion(ByteBuffer header, double[] zooms) {
    double b = header.getFloat(256);
    double c = header.getFloat(260);
    double d = header.getFloat(264);
    double a = Math.sqrt(Math.max(0, 1 - b * b - c * c - d * d));
    double flip = header.getFloat(PIXDIM) < 0 ? -1 : 1;
    double[][] turn = {
      {a * a + b * b - c * c - d * d, 2 * (b * c - a * d), 2 * (b * d + a * c)},
      {2 * (b * c + a * d), a * a + c * c - b * b - d * d, 2 * (c * d - a * b)},
      {2 * (b * d - a * c), 2 * (c * d + a * b), a * a + d * d - b * b - c * c}
    };
    var rows = new double[3][4];
    for (int i = 0; i < 3; i++) {
      rows[i][0] = turn[i][0] * zooms[0];
      rows[i][1] = turn[i][1] * zooms[1];
      rows[i][2] = turn[i][2] * zooms[2] * flip;
      rows[i][3] = header.getFloat(268 + 4 * i);
    }
    return rows;
  }

  /** Where a slice lies. */
  Geometry geometry(int slice) {
    if (rows == null) {
      return new Geometry(
          new double[] {zooms[1], zooms[0], zooms[2]}, new double[0], new double[0], Map.of());
    }
    var position = new double[3];
    var orientation = new double[6];
    var spacing = new double[3];
    for (int column = 0; column < 3; column++) {
      double length = Math.hypot(Math.hypot(rows[0][column], rows[1][column]), rows[2][column]);
      spacing[column == 2 ? 2 : 1 - column] = length > 0 ? length : zooms[2];
      for (int i = 0; i < 3 && column < 2; i++) {
        orientation[3 * column + i] = sign(i) * rows[i][column] / length;
      }
    }
    for (int i = 0; i < 3; i++) {
      position[i] = sign(i) * (rows[i][3] + slice * rows[i][2]);
    }
    return new Geometry(spacing, position, orientation, Map.of());
  }

  private static double sign(int axis) {
    return axis < 2 ? -1 : 1;
  }

  /** That of a series of slices, evenly apart as the first two are. */
  static Affine of(List<Sample> samples) {
    var first = samples.get(0).geometry();
    double[] spacing = first.spacing();
    double between = spacing.length > 2 ? spacing[2] : 1;
    double[] zooms =
        spacing.length == 0
            ? new double[] {1, 1, 1}
            : new double[] {spacing[1], spacing[0], between};
    if (!first.placed()) {
      return new Affine(null, zooms);
    }
    double[] step = first.normal();
    for (int i = 0; i < 3; i++) {
      step[i] *= between;
    }
    if (samples.size() > 1 && samples.get(1).geometry().placed()) {
      double[] next = samples.get(1).geometry().position();
      for (int i = 0; i < 3; i++) {
        step[i] = next[i] - first.position()[i];
      }
      zooms[2] = Math.max(1e-6, Math.hypot(Math.hypot(step[0], step[1]), step[2]));
    }
    var rows = new double[3][4];
    for (int i = 0; i < 3; i++) {
      rows[i][0] = sign(i) * first.orientation()[i] * spacing[1];
      rows[i][1] = sign(i) * first.orientation()[3 + i] * spacing[0];
      rows[i][2] = sign(i) * step[i];
      rows[i][3] = sign(i) * first.position()[i];
    }
    return new Affine(rows, zooms);
  }

  /** Writes it as the sform. */
  void write(ByteBuffer header) {
    header.putFloat(PIXDIM, 1);
    for (int i = 0; i < 3; i++) {
      header.putFloat(PIXDIM + 4 + 4 * i, (float) zooms[i]);
    }
    header.put(123, (byte) 2);
    if (rows != null) {
      header.putShort(254, (short) 1);
      for (int i = 0; i < 12; i++) {
        header.putFloat(280 + 4 * i, (float) rows[i / 4][i % 4]);
      }
    }
  }
}
