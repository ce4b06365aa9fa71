package org.deftstream.deft.tensorflow;

import java.util.LinkedHashMap;
import java.util.List;
import org.deftstream.deft.operator.ForwardOperator;
import org.deftstream.deft.operator.ProximalForm;
import org.deftstream.deft.operator.ProximalPoints;
import org.tensorflow.Operand;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;

/** Proximal points in closed form, all of whose arrays are inputs. */
final class ClosedFormGraph extends ProximalGraph {
  private static final String X0 = "x0";
  private static final String Y = "y";
  private static final String RHO = "rho";

  private final ClosedForm closed;
  private final int[] measured;
  private final Operand<TFloat32> point;

  ClosedFormGraph(ProximalForm form, ForwardOperator operator, SessionOptions options) {
    super(operator.imageShape(), options);
    closed = new ClosedForm(form, operator);
    measured = closed.measured();
    var x0 = images(X0);
    var y = input(Y, -1, measured[0], measured[1], measured[2]);
    var rho = numbers(RHO);
    var own = new LinkedHashMap<String, Placeholder<TFloat32>>();
    closed.arrays().forEach((name, array) -> own.put(name, input(name, array.sides())));
    point = closed.point(tf, x0, y, rho, own);
  }

  @Override
  float[][] solve(ProximalForm form, List<ProximalPoints.Row> rows) {
    try (var feeds = new Feeds()) {
      var y =
          rows.stream()
              .map(row -> row.measurement().operator().measured(row.measurement().measurement()))
              .toArray(float[][]::new);
      var runner =
          session()
              .runner()
              .feed(input(X0), images(feeds, starts(rows)))
              .feed(input(Y), feeds.of(joined(y), y.length, measured[0], measured[1], measured[2]))
              .feed(input(RHO), weights(feeds, rows));
      closed
          .arrays()
          .forEach(
              (name, array) ->
                  runner.feed(input(name), feeds.of(array.values().apply(form), array.sides())));
      try (var answer = runner.fetch(point).run()) {
        return split(answer.get(0), rows.size());
      }
    }
  }
}
