package org.deftstream.deft.tensorflow;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.operator.ForwardOperator;
import org.deftstream.deft.operator.ProximalForm;
import org.deftstream.deft.operator.ProximalPoints;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;

/**
 * Proximal points of one form and one shape of images as a graph. What differs from operator to
 * operator, such as a mask, is an input. Owns its session; one call at a time.
 */
final class ProximalGraph implements AutoCloseable {
  private final Graph graph = new Graph();
  private final Session session;
  private final ImageShape shape;
  private final GraphPoint points;
  private final Map<String, Placeholder<TFloat32>> inputs = new LinkedHashMap<>();
  private final Placeholder<TFloat32> x0;
  private final Placeholder<TFloat32> rho;
  private final Operand<TFloat32> point;

  /** The graph of a form. */
  ProximalGraph(ProximalForm form, ForwardOperator operator, SessionOptions options) {
    shape = operator.imageShape();
    session = new Session(graph, options.toProto());
    var tf = Ops.create(graph);
    points = GraphPoint.of(form, operator);
    x0 = input(tf, -1, shape.height(), shape.width(), shape.channels());
    rho = input(tf, -1, 1, 1, 1);
    points.ofMeasurement().forEach((name, array) -> inputs.put(name, rows(tf, array.sides())));
    points
        .ofForm()
        .forEach(
            (name, array) ->
                inputs.put(
                    name,
                    points.differsByRow() ? rows(tf, array.sides()) : input(tf, array.sides())));
    point = points.point(tf, x0, rho, inputs);
  }

  private static Placeholder<TFloat32> input(Ops tf, long... sides) {
    return tf.placeholder(TFloat32.class, Placeholder.shape(Shape.of(sides)));
  }

  private static Placeholder<TFloat32> rows(Ops tf, long[] sides) {
    return input(tf, Tensors.with(-1, sides));
  }

  /** The points of rows that share an operator of this graph's form and shape. */
  float[][] solve(ProximalForm form, List<ProximalPoints.Row> rows) {
    int count = rows.size();
    try (var feeds = new Feeds()) {
      var runner = session.runner().feed(x0, feeds.of(starts(rows), image(count)));
      runner.feed(rho, feeds.of(weights(rows), count, 1, 1, 1));
      points
          .ofMeasurement()
          .forEach(
              (name, array) -> {
                var values = rows.stream().map(row -> array.values().apply(row.measurement()));
                var joined = joined(values.toArray(float[][]::new));
                runner.feed(inputs.get(name), feeds.of(joined, Tensors.with(count, array.sides())));
              });
      points
          .ofForm()
          .forEach(
              (name, array) -> {
                var values = array.values().apply(form);
                long[] sides = array.sides(values.length);
                runner.feed(
                    inputs.get(name),
                    feeds.of(values, points.differsByRow() ? Tensors.with(1, sides) : sides));
              });
      try (var answer = runner.fetch(point).run()) {
        return split(Tensors.toFloats((TFloat32) answer.get(0)), count);
      }
    }
  }

  private long[] image(int rows) {
    return new long[] {rows, shape.height(), shape.width(), shape.channels()};
  }

  /** The images that rows stay near to. */
  private static float[] starts(List<ProximalPoints.Row> rows) {
    return joined(rows.stream().map(ProximalPoints.Row::x0).toArray(float[][]::new));
  }

  private static float[] weights(List<ProximalPoints.Row> rows) {
    var rho = new float[rows.size()];
    for (int i = 0; i < rho.length; i++) {
      rho[i] = (float) rows.get(i).rho();
    }
    return rho;
  }

  /** Arrays of one length, one after the other. */
  private static float[] joined(float[][] rows) {
    int length = rows[0].length;
    var joined = new float[rows.length * length];
    for (int i = 0; i < rows.length; i++) {
      System.arraycopy(rows[i], 0, joined, i * length, length);
    }
    return joined;
  }

  private float[][] split(float[] values, int rows) {
    var split = new float[rows][shape.size()];
    for (int i = 0; i < rows; i++) {
      System.arraycopy(values, i * shape.size(), split[i], 0, shape.size());
    }
    return split;
  }

  @Override
  public void close() {
    session.close();
    graph.close();
  }
}
