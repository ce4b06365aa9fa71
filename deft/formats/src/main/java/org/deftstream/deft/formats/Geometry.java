package org.deftstream.deft.formats;

import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/**
 * Where an image lies, in DICOM's coordinates: millimetres towards the patient's left, back and
 * head. Immutable by agreement.
 *
 * @param spacing between rows, between columns, and between slices if that is known; empty if
 *     nothing is
 * @param position of the centre of the first pixel; empty if unknown
 * @param orientation unit vectors along a row (to the next column) and down a column; empty if
 *     unknown
 * @param identifiers what names the image where it came from: attributes of DICOM by their keyword
 */
public record Geometry(
    double[] spacing, double[] position, double[] orientation, Map<String, String> identifiers) {
  /** Of an image of which nothing is known. */
  public static final Geometry UNKNOWN =
      new Geometry(new double[0], new double[0], new double[0], Map.of());

  /**
   * Checks the lengths.
   *
   * @throws IllegalArgumentException if one is wrong, or a number is not finite
   */
  public Geometry {
    require("spacing", spacing, 0, 2, 3);
    require("position", position, 0, 3);
    require("orientation", orientation, 0, 6);
    for (double each : spacing) {
      if (!(each > 0)) {
        throw new IllegalArgumentException("spacing must be positive, got " + each);
      }
    }
    identifiers = Map.copyOf(identifiers);
  }

  private static void require(String what, double[] values, int... lengths) {
    if (Arrays.stream(lengths).noneMatch(length -> length == values.length)) {
      throw new IllegalArgumentException(what + " has " + values.length + " numbers");
    }
    for (double value : values) {
      if (!Double.isFinite(value)) {
        throw new IllegalArgumentException(what + " holds " + value);
      }
    }
  }

  /** Whether spacing, position and orientation are all there. */
  public boolean placed() {
    return spacing.length > 0 && position.length > 0 && orientation.length > 0;
  }

  /** The same with one more identifier. */
  public Geometry with(String name, String value) {
    var more = new TreeMap<>(identifiers);
    more.put(name, value);
    return new Geometry(spacing, position, orientation, more);
  }

  /** The unit vector from slice to slice: rows times columns. */
  public double[] normal() {
    double[] o = orientation;
    return new double[] {
      o[1] * o[5] - o[2] * o[4], o[2] * o[3] - o[0] * o[5], o[0] * o[4] - o[1] * o[3]
    };
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Geometry geometry
        && Arrays.equals(spacing, geometry.spacing)
        && Arrays.equals(position, geometry.position)
        && Arrays.equals(orientation, geometry.orientation)
        && identifiers.equals(geometry.identifiers);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(position) + identifiers.hashCode();
  }

  @Override
  public String toString() {
    return "spacing "
        + Arrays.toString(spacing)
        + ", position "
        + Arrays.toString(position)
        + ", orientation "
        + Arrays.toString(orientation)
        + ", "
        + identifiers;
  }
}
