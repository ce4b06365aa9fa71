package org.deftstream.deft.operator;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * The proximal points of the rows of a batch: rows of one operator together, spread over the common
 * pool. A row's point does not depend on the others. Stateless and thread-safe.
 */
public final class ProximalPoints {
  /** Rows that an operator is given together at most. */
  private static final int LARGEST_GROUP = 8;

  private ProximalPoints() {}

  /**
   * What one row asks for.
   *
   * @param measurement y and its operator
   * @param x0 the image to stay near to; not changed
   * @param rho positive weight of that
   */
  @SuppressWarnings("ArrayRecordComponent") // lent for the call
  public record Row(BoundMeasurement measurement, float[] x0, double rho) {}

  /** The points, in the order of the rows. */
  public static float[][] of(List<Row> rows) {
    var points = new float[rows.size()][];
    groups(rows).parallelStream().forEach(group -> solve(rows, group, points));
    return points;
  }

  /**
   * The points, in the order of the rows, found where they are found faster.
   *
   * @param device what may find them; null for the host
   */
  public static float[][] of(List<Row> rows, ProximalDevice device) {
    if (device == null) {
      return of(rows);
    }
    var points = new float[rows.size()][];
    var left = new ArrayList<Integer>();
    for (var group : byOperator(rows)) {
      var found = device.solve(group.stream().map(rows::get).toList());
      for (int i = 0; i < group.size(); i++) {
        if (found.isPresent()) {
          points[group.get(i)] = found.get()[i];
        } else {
          left.add(group.get(i));
        }
      }
    }
    var onHost = of(left.stream().map(rows::get).toList());
    for (int i = 0; i < onHost.length; i++) {
      points[left.get(i)] = onHost[i];
    }
    return points;
  }

  private static void solve(List<Row> rows, List<Integer> group, float[][] points) {
    int count = group.size();
    var x0 = new float[count][];
    var measurements = new float[count][];
    var rho = new double[count];
    for (int i = 0; i < count; i++) {
      var row = rows.get(group.get(i));
      x0[i] = row.x0();
      measurements[i] = row.measurement().measurement();
      rho[i] = row.rho();
    }
    var operator = rows.get(group.get(0)).measurement().operator();
    var answers = operator.proximal(x0, measurements, rho);
    for (int i = 0; i < count; i++) {
      points[group.get(i)] = answers[i];
    }
  }

  /** Rows of the same operator, in even parts: one for each processor, or more. */
  private static List<List<Integer>> groups(List<Row> rows) {
    int processors = Runtime.getRuntime().availableProcessors();
    var groups = new ArrayList<List<Integer>>();
    for (var all : byOperator(rows)) {
      int parts = Math.min(all.size(), Math.max(processors, ceiling(all.size(), LARGEST_GROUP)));
      int size = ceiling(all.size(), parts);
      for (int from = 0; from < all.size(); from += size) {
        groups.add(all.subList(from, Math.min(from + size, all.size())));
      }
    }
    return groups;
  }

  private static List<List<Integer>> byOperator(List<Row> rows) {
    // In the order in which they come, so that calls are the same from run to run.
    Map<ForwardOperator, List<Integer>> places = new IdentityHashMap<>();
    var groups = new ArrayList<List<Integer>>();
    for (int i = 0; i < rows.size(); i++) {
      places
          .computeIfAbsent(
              rows.get(i).measurement().operator(),
              key -> {
                var group = new ArrayList<Integer>();
                groups.add(group);
                return group;
              })
          .add(i);
    }
    return groups;
  }

  private static int ceiling(int dividend, int divisor) {
    return (dividend + divisor - 1) / divisor;
  }
}
