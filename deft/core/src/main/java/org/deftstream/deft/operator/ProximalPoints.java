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
    Map<ForwardOperator, List<Integer>> byOperator = new IdentityHashMap<>();
    for (int i = 0; i < rows.size(); i++) {
      byOperator
          .computeIfAbsent(rows.get(i).measurement().operator(), key -> new ArrayList<>())
          .add(i);
    }
    int processors = Runtime.getRuntime().availableProcessors();
    var groups = new ArrayList<List<Integer>>();
    for (var all : byOperator.values()) {
      int parts = Math.min(all.size(), Math.max(processors, ceiling(all.size(), LARGEST_GROUP)));
      int size = ceiling(all.size(), parts);
      for (int from = 0; from < all.size(); from += size) {
        groups.add(all.subList(from, Math.min(from + size, all.size())));
      }
    }
    return groups;
  }

  private static int ceiling(int dividend, int divisor) {
    return (dividend + divisor - 1) / divisor;
  }
}
