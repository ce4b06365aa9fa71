package org.deftstream.deft.operator.tomography;

import java.util.Arrays;

/**
 * The angles of a scan's views, and the part of a turn that each stands for. Immutable and
 * thread-safe.
 */
final class ViewAngles {
  private final double[] radians;
  private final double[] weights;
  private final double start;
  private final double period;
  private final double span;

  private ViewAngles(double[] radians, double[] weights, double start, double period) {
    this.radians = radians;
    this.weights = weights;
    this.start = start;
    this.period = period;
    span = Arrays.stream(weights).sum();
  }

  /**
   * Views at even distances.
   *
   * @param startDegrees angle of the first
   * @param rangeDegrees what the views divide, end excluded
   * @param periodDegrees after which a view repeats itself: 180 for parallel rays, else 360
   */
  static ViewAngles even(
      int views, double startDegrees, double rangeDegrees, double periodDegrees) {
    double step = Math.toRadians(rangeDegrees) / views;
    double start = Math.toRadians(startDegrees);
    var radians = new double[views];
    var weights = new double[views];
    for (int view = 0; view < views; view++) {
      radians[view] = start + view * step;
      weights[view] = Math.abs(step);
    }
    return new ViewAngles(radians, weights, start, Math.toRadians(periodDegrees));
  }

  /**
   * Other views of the same scan, at angles that are listed, in any order. A view stands for half
   * of the way to either neighbour; where nobody looked, for no more than it does on its other
   * side.
   *
   * @param degrees counted from the first angle of the specification
   * @throws IllegalArgumentException if an angle is no number, or larger than anybody means
   */
  ViewAngles listed(float[] degrees) {
    int views = degrees.length;
    var radians = new double[views];
    for (int view = 0; view < views; view++) {
      if (!(Math.abs(degrees[view]) <= 1e5)) {
        throw new IllegalArgumentException(
            "angles must be degrees, up to 100000, got " + degrees[view] + " for view " + view);
      }
      radians[view] = start + Math.toRadians(degrees[view]);
    }
    return new ViewAngles(radians, shares(radians, period), start, period);
  }

  private static double[] shares(double[] radians, double period) {
    int views = radians.length;
    var order = new Integer[views];
    Arrays.setAll(order, i -> i);
    Arrays.sort(
        order, (a, b) -> Double.compare(within(radians[a], period), within(radians[b], period)));
    var gaps = new double[views]; // From the view of this rank to the next.
    for (int i = 0; i < views; i++) {
      double here = within(radians[order[i]], period);
      double next = within(radians[order[(i + 1) % views]], period);
      gaps[i] = i + 1 < views ? next - here : next + period - here;
    }
    var sorted = gaps.clone();
    Arrays.sort(sorted);
    double usual = Math.min(sorted[views / 2], period / 2);
    var weights = new double[views];
    for (int i = 0; i < views; i++) {
      double before = gaps[(i + views - 1) % views];
      double after = gaps[i];
      weights[order[i]] = (bounded(before, usual) + bounded(after, usual)) / 2;
    }
    return weights;
  }

  /** A gap, or the usual one where it is a place that nobody looked at. */
  private static double bounded(double gap, double usual) {
    return gap > 2.5 * usual ? usual : gap;
  }

  private static double within(double angle, double period) {
    double rest = angle % period;
    return rest < 0 ? rest + period : rest;
  }

  int count() {
    return radians.length;
  }

  double radians(int view) {
    return radians[view];
  }

  /** The part of a turn that a view stands for, in radians. */
  double weight(int view) {
    return weights[view];
  }

  /** All of the turn that the views stand for, in radians. */
  double span() {
    return span;
  }
}
