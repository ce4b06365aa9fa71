package org.deftstream.deft.tensorflow;

import java.util.List;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.operator.ForwardOperator;
import org.deftstream.deft.operator.ProximalForm;
import org.deftstream.deft.operator.ProximalPoints;
import org.tensorflow.Operand;
import org.tensorflow.op.train.BatchMatMul;
import org.tensorflow.types.TFloat32;

/** Proximal points in closed form, as the operators on the host have them. */
final class ClosedFormGraph extends ProximalGraph {
  private static final String X0 = "x0";
  private static final String Y = "y";
  private static final String RHO = "rho";

  private final int[] measured;
  private final Operand<TFloat32> point;

  ClosedFormGraph(ProximalForm form, ForwardOperator operator, SessionOptions options) {
    super(operator.imageShape(), options);
    measured = operator.measurementShape();
    var x0 = images(X0);
    var y = input(Y, -1, measured[0], measured[1], measured[2]);
    var rho = numbers(RHO);
    if (form instanceof ProximalForm.Diagonal) {
      var mask = input("values", shape.height(), shape.width(), shape.channels());
      point =
          tf.math.div(
              tf.math.add(tf.math.mul(mask, y), tf.math.mul(rho, x0)), tf.math.add(mask, rho));
    } else if (form instanceof ProximalForm.Averages averages) {
      point = averages(x0, y, rho, averages.factor());
    } else if (form instanceof ProximalForm.Separable) {
      point = separable(x0, y, rho);
    } else if (form instanceof ProximalForm.Saturation) {
      point = saturated(x0, y, rho);
    } else {
      throw new IllegalArgumentException("no closed form: " + form.getClass().getSimpleName());
    }
  }

  /** {@code x0 + A^T (y - A x0) / (1 / size + rho)}, size being that of a block. */
  private Operand<TFloat32> averages(
      Operand<TFloat32> x0, Operand<TFloat32> y, Operand<TFloat32> rho, int factor) {
    long h = measured[0];
    long w = measured[1];
    long c = measured[2];
    var blocks = tf.reshape(x0, tf.constant(new long[] {-1, h, factor, w, factor, c}));
    var means = tf.math.mean(blocks, tf.constant(new int[] {2, 4}));
    double size = factor * factor;
    var misfit = tf.math.div(tf.math.sub(y, means), tf.math.add(rho, number(tf, 1 / size)));
    var change = tf.math.mul(misfit, number(tf, 1 / size));
    var spread = tf.reshape(change, tf.constant(new long[] {-1, h, 1, w, 1, c}));
    var point = tf.math.add(blocks, spread);
    return tf.reshape(
        point, tf.constant(new long[] {-1, shape.height(), shape.width(), shape.channels()}));
  }

  private Operand<TFloat32> separable(
      Operand<TFloat32> x0, Operand<TFloat32> y, Operand<TFloat32> rho) {
    int height = shape.height();
    int width = shape.width();
    var down = input("down", height, height);
    var across = input("across", width, width);
    var measuredDown = input("measuredDown", height, measured[0]);
    var measuredAcross = input("measuredAcross", width, measured[1]);
    var values = input("singularValues", 1, shape.channels(), height, width);
    var start = product(product(down, planes(x0), true, false), across, false, false);
    var seen = product(product(measuredDown, planes(y), false, false), measuredAcross, false, true);
    var weighed = tf.math.add(tf.math.mul(values, seen), tf.math.mul(rho, start));
    var solved = tf.math.div(weighed, tf.math.add(tf.math.square(values), rho));
    var unseen = tf.math.equal(values, number(tf, 0));
    var coordinates = tf.select(unseen, start, solved);
    var point = product(product(down, coordinates, false, false), across, false, true);
    return transposed(point, 0, 2, 3, 1);
  }

  /** Channels first: an image is a matrix for each. */
  private Operand<TFloat32> planes(Operand<TFloat32> images) {
    return transposed(images, 0, 3, 1, 2);
  }

  private Operand<TFloat32> product(
      Operand<TFloat32> a, Operand<TFloat32> b, boolean turnA, boolean turnB) {
    return tf.train.batchMatMul(
        a, b, TFloat32.class, BatchMatMul.adjX(turnA), BatchMatMul.adjY(turnB));
  }

  /** The best of the best point in the linear range and of those at or beyond either end. */
  private Operand<TFloat32> saturated(
      Operand<TFloat32> x0, Operand<TFloat32> y, Operand<TFloat32> rho) {
    var one = number(tf, 1);
    var half = number(tf, 0.5);
    var free =
        tf.math.div(
            tf.math.add(tf.math.mul(number(tf, 2), y), tf.math.mul(rho, x0)),
            tf.math.add(number(tf, 4), rho));
    var within = tf.clipByValue(free, number(tf, -0.5), half);
    var above = tf.math.maximum(x0, half);
    var below = tf.math.minimum(x0, number(tf, -0.5));
    var costWithin = cost(tf.math.sub(tf.math.add(within, within), y), within, x0, rho);
    var costAbove = cost(tf.math.sub(one, y), above, x0, rho);
    var costBelow = cost(tf.math.add(one, y), below, x0, rho);
    var upper = tf.select(tf.math.less(costAbove, costWithin), above, within);
    return tf.select(tf.math.less(costBelow, tf.math.minimum(costAbove, costWithin)), below, upper);
  }

  private Operand<TFloat32> cost(
      Operand<TFloat32> misfit,
      Operand<TFloat32> point,
      Operand<TFloat32> x0,
      Operand<TFloat32> rho) {
    var change = tf.math.square(tf.math.sub(point, x0));
    return tf.math.add(tf.math.square(misfit), tf.math.mul(rho, change));
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
      if (form instanceof ProximalForm.Diagonal diagonal) {
        runner.feed(
            input("values"),
            feeds.of(diagonal.values(), shape.height(), shape.width(), shape.channels()));
      } else if (form instanceof ProximalForm.Separable separable) {
        int height = shape.height();
        int width = shape.width();
        runner
            .feed(input("down"), feeds.of(separable.down(), height, height))
            .feed(input("across"), feeds.of(separable.across(), width, width))
            .feed(input("measuredDown"), feeds.of(separable.measuredDown(), height, measured[0]))
            .feed(input("measuredAcross"), feeds.of(separable.measuredAcross(), width, measured[1]))
            .feed(
                input("singularValues"),
                feeds.of(
                    channelsFirst(separable.singularValues()), 1, shape.channels(), height, width));
      }
      try (var answer = runner.fetch(point).run()) {
        return split(answer.get(0), rows.size());
      }
    }
  }

  private float[] channelsFirst(float[] values) {
    return channelsFirst(values, shape);
  }

  private static float[] channelsFirst(float[] values, ImageShape shape) {
    int channels = shape.channels();
    if (channels == 1) {
      return values;
    }
    int pixels = values.length / channels;
    var turned = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      turned[i % channels * pixels + i / channels] = values[i];
    }
    return turned;
  }
}
