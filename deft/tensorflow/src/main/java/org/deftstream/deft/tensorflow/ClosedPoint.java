package org.deftstream.deft.tensorflow;

import java.util.Map;
import java.util.stream.IntStream;
import org.deftstream.deft.operator.ForwardOperator;
import org.deftstream.deft.operator.ProximalForm;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.train.BatchMatMul;
import org.tensorflow.types.TFloat32;

/** Proximal points in closed form. */
final class ClosedPoint extends GraphPoint {
  private static final String Y = "y";
  private static final String VALUES = "values";
  private static final String DOWN = "down";
  private static final String ACROSS = "across";
  private static final String MEASURED_DOWN = "measuredDown";
  private static final String MEASURED_ACROSS = "measuredAcross";

  private final ProximalForm form;
  private final int[] measured;

  /**
   * Describes a form.
   *
   * @throws IllegalArgumentException if it is found by conjugate gradients
   */
  ClosedPoint(ProximalForm form, ForwardOperator operator) {
    super(operator.imageShape());
    if (form.iterated()) {
      throw new IllegalArgumentException("no closed form: " + form.getClass().getSimpleName());
    }
    this.form = form;
    measured = operator.measurementShape();
    ofMeasurement(
        Y,
        of -> of.operator().measured(of.measurement()),
        IntStream.of(measured).asLongStream().toArray());
    int height = shape.height();
    int width = shape.width();
    int channels = shape.channels();
    if (form instanceof ProximalForm.Diagonal) {
      ofForm(VALUES, of -> ((ProximalForm.Diagonal) of).values(), height, width, channels);
    } else if (form instanceof ProximalForm.Separable) {
      ofForm(DOWN, of -> separable(of).down(), height, height);
      ofForm(ACROSS, of -> separable(of).across(), width, width);
      ofForm(MEASURED_DOWN, of -> separable(of).measuredDown(), height, measured[0]);
      ofForm(MEASURED_ACROSS, of -> separable(of).measuredAcross(), width, measured[1]);
      ofForm(
          VALUES, of -> channelsFirst(separable(of).singularValues()), 1, channels, height, width);
    }
  }

  private static ProximalForm.Separable separable(ProximalForm form) {
    return (ProximalForm.Separable) form;
  }

  @Override
  boolean differsByRow() {
    return form instanceof ProximalForm.Diagonal;
  }

  @Override
  Operand<TFloat32> point(
      Ops tf,
      Operand<TFloat32> x0,
      Operand<TFloat32> rho,
      Map<String, ? extends Operand<TFloat32>> own) {
    var y = own.get(Y);
    if (form instanceof ProximalForm.Diagonal) {
      var mask = own.get(VALUES);
      return tf.math.div(
          tf.math.add(tf.math.mul(mask, y), tf.math.mul(rho, x0)), tf.math.add(mask, rho));
    }
    if (form instanceof ProximalForm.Averages averages) {
      return averages(tf, x0, y, rho, averages.factor());
    }
    return form instanceof ProximalForm.Separable
        ? separable(tf, x0, y, rho, own)
        : saturated(tf, x0, y, rho);
  }

  /** {@code x0 + A^T (y - A x0) / (1 / size + rho)}, size being that of a block. */
  private Operand<TFloat32> averages(
      Ops tf, Operand<TFloat32> x0, Operand<TFloat32> y, Operand<TFloat32> rho, int factor) {
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
      Ops tf,
      Operand<TFloat32> x0,
      Operand<TFloat32> y,
      Operand<TFloat32> rho,
      Map<String, ? extends Operand<TFloat32>> own) {
    var down = own.get(DOWN);
    var across = own.get(ACROSS);
    var values = own.get(VALUES);
    var start = product(tf, product(tf, down, planes(tf, x0), true, false), across, false, false);
    var turned = product(tf, own.get(MEASURED_DOWN), planes(tf, y), false, false);
    var seen = product(tf, turned, own.get(MEASURED_ACROSS), false, true);
    var weighed = tf.math.add(tf.math.mul(values, seen), tf.math.mul(rho, start));
    var solved = tf.math.div(weighed, tf.math.add(tf.math.square(values), rho));
    var unseen = tf.math.equal(values, number(tf, 0));
    var coordinates = tf.select(unseen, start, solved);
    var point = product(tf, product(tf, down, coordinates, false, false), across, false, true);
    return transposed(tf, point, 0, 2, 3, 1);
  }

  /** Channels first: an image is a matrix for each. */
  private static Operand<TFloat32> planes(Ops tf, Operand<TFloat32> images) {
    return transposed(tf, images, 0, 3, 1, 2);
  }

  private static Operand<TFloat32> product(
      Ops tf, Operand<TFloat32> a, Operand<TFloat32> b, boolean turnA, boolean turnB) {
    return tf.train.batchMatMul(
        a, b, TFloat32.class, BatchMatMul.adjX(turnA), BatchMatMul.adjY(turnB));
  }

  /** The best of the best point in the linear range and of those at or beyond either end. */
  private static Operand<TFloat32> saturated(
      Ops tf, Operand<TFloat32> x0, Operand<TFloat32> y, Operand<TFloat32> rho) {
    var one = number(tf, 1);
    var half = number(tf, 0.5);
    var free =
        tf.math.div(
            tf.math.add(tf.math.mul(number(tf, 2), y), tf.math.mul(rho, x0)),
            tf.math.add(number(tf, 4), rho));
    var within = tf.clipByValue(free, number(tf, -0.5), half);
    var above = tf.math.maximum(x0, half);
    var below = tf.math.minimum(x0, number(tf, -0.5));
    var costWithin = cost(tf, tf.math.sub(tf.math.add(within, within), y), within, x0, rho);
    var costAbove = cost(tf, tf.math.sub(one, y), above, x0, rho);
    var costBelow = cost(tf, tf.math.add(one, y), below, x0, rho);
    var upper = tf.select(tf.math.less(costAbove, costWithin), above, within);
    return tf.select(tf.math.less(costBelow, tf.math.minimum(costAbove, costWithin)), below, upper);
  }

  private static Operand<TFloat32> cost(
      Ops tf,
      Operand<TFloat32> misfit,
      Operand<TFloat32> point,
      Operand<TFloat32> x0,
      Operand<TFloat32> rho) {
    var change = tf.math.square(tf.math.sub(point, x0));
    return tf.math.add(tf.math.square(misfit), tf.math.mul(rho, change));
  }

  private float[] channelsFirst(float[] values) {
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
