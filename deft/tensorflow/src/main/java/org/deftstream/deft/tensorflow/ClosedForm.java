package org.deftstream.deft.tensorflow;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.operator.ForwardOperator;
import org.deftstream.deft.operator.ProximalForm;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.train.BatchMatMul;
import org.tensorflow.types.TFloat32;

/**
 * Proximal points in closed form, as the operators on the host have them, as operations of a graph.
 * The graph's owner brings x0, y and rho of each row, and the form's own arrays.
 */
final class ClosedForm {
  private static final String VALUES = "values";
  private static final String DOWN = "down";
  private static final String ACROSS = "across";
  private static final String MEASURED_DOWN = "measuredDown";
  private static final String MEASURED_ACROSS = "measuredAcross";

  private final ProximalForm form;
  private final ImageShape shape;
  private final int[] measured;
  private final Map<String, Array> arrays = new LinkedHashMap<>();

  /**
   * An array that belongs to an operator.
   *
   * @param sides its shape
   * @param values of a form of the same class
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Array(long[] sides, Function<ProximalForm, float[]> values) {}

  /**
   * Describes a form.
   *
   * @throws IllegalArgumentException if it is found by conjugate gradients
   */
  ClosedForm(ProximalForm form, ForwardOperator operator) {
    if (form.iterated()) {
      throw new IllegalArgumentException("no closed form: " + form.getClass().getSimpleName());
    }
    this.form = form;
    shape = operator.imageShape();
    measured = operator.measurementShape();
    if (form instanceof ProximalForm.Diagonal) {
      array(
          VALUES,
          of -> ((ProximalForm.Diagonal) of).values(),
          shape.height(),
          shape.width(),
          shape.channels());
    } else if (form instanceof ProximalForm.Separable) {
      int height = shape.height();
      int width = shape.width();
      array(DOWN, of -> separable(of).down(), height, height);
      array(ACROSS, of -> separable(of).across(), width, width);
      array(MEASURED_DOWN, of -> separable(of).measuredDown(), height, measured[0]);
      array(MEASURED_ACROSS, of -> separable(of).measuredAcross(), width, measured[1]);
      array(
          VALUES,
          of -> channelsFirst(separable(of).singularValues()),
          1,
          shape.channels(),
          height,
          width);
    }
  }

  private void array(String name, Function<ProximalForm, float[]> values, long... sides) {
    arrays.put(name, new Array(sides, values));
  }

  private static ProximalForm.Separable separable(ProximalForm form) {
    return (ProximalForm.Separable) form;
  }

  /** What the points need of the operator beside y, by name. */
  Map<String, Array> arrays() {
    return arrays;
  }

  /** Height, width and channels of what was measured. */
  int[] measured() {
    return measured;
  }

  /**
   * Adds the points to a graph.
   *
   * @param x0 images to stay near to, batch x height x width x channels
   * @param y measurements, batch x {@link #measured}
   * @param rho weights, batch x 1 x 1 x 1
   * @param own {@link #arrays} by name; those of a diagonal may have a batch in front
   * @return the points, the shape of x0
   */
  Operand<TFloat32> point(
      Ops tf,
      Operand<TFloat32> x0,
      Operand<TFloat32> y,
      Operand<TFloat32> rho,
      Map<String, ? extends Operand<TFloat32>> own) {
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
    return tf.linalg.transpose(point, tf.constant(new int[] {0, 2, 3, 1}));
  }

  /** Channels first: an image is a matrix for each. */
  private static Operand<TFloat32> planes(Ops tf, Operand<TFloat32> images) {
    return tf.linalg.transpose(images, tf.constant(new int[] {0, 3, 1, 2}));
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

  private static Operand<TFloat32> number(Ops tf, double value) {
    return tf.constant((float) value);
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
