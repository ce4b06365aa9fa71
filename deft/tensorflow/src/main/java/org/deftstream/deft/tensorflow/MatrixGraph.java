package org.deftstream.deft.tensorflow;

import java.util.List;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.operator.ProximalForm;
import org.deftstream.deft.operator.ProximalPoints;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.sparse.SparseTensorDenseMatMul;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;

/** Conjugate gradients for a sparse matrix, such as that of a scanner's rays. */
final class MatrixGraph extends GradientGraph {
  private static final String X0 = "x0";
  private static final String Y = "y";
  private static final String WEIGHTS = "weights";
  private static final String VALUES = "values";

  private final int measured;
  private final Placeholder<TInt64> indices;
  private final Operand<TInt64> size;

  MatrixGraph(ProximalForm.Matrix form, ImageShape shape, SessionOptions options) {
    super(shape, options);
    measured = form.rows();
    indices = tf.placeholder(TInt64.class, Placeholder.shape(Shape.of(-1, 2)));
    size = tf.constant(new long[] {form.rows(), form.columns()});
    input(VALUES, -1);
    input(WEIGHTS, measured, -1);
    var y = input(Y, -1, measured, shape.channels());
    var x0 = images(X0);
    var misfit = tf.math.sub(columns(y, measured), forward(columns(x0, pixels())));
    iterate(back(misfit), x -> back(forward(columns(x, pixels()))));
  }

  private int pixels() {
    return shape.height() * shape.width();
  }

  /** Channels of all rows as columns: length x (rows times channels). */
  private Operand<TFloat32> columns(Operand<TFloat32> rows, int length) {
    var flat = tf.reshape(rows, tf.constant(new long[] {-1, length, shape.channels()}));
    return tf.reshape(transposed(flat, 1, 0, 2), tf.constant(new long[] {length, -1}));
  }

  private Operand<TFloat32> forward(Operand<TFloat32> columns) {
    return product(columns, false);
  }

  /** {@code A^T W}, as images. */
  private Operand<TFloat32> back(Operand<TFloat32> columns) {
    var images = product(tf.math.mul(input(WEIGHTS), columns), true);
    var flat = tf.reshape(images, tf.constant(new long[] {pixels(), -1, shape.channels()}));
    return tf.reshape(
        transposed(flat, 1, 0, 2),
        tf.constant(new long[] {-1, shape.height(), shape.width(), shape.channels()}));
  }

  private Operand<TFloat32> product(Operand<TFloat32> columns, boolean turned) {
    return tf.sparse.sparseTensorDenseMatMul(
        indices, input(VALUES), size, columns, SparseTensorDenseMatMul.adjointA(turned));
  }

  private record Arrays(TFloat32 x0, TFloat32 y, TFloat32 weights, TInt64 indices, TFloat32 values)
      implements Prepared {}

  @Override
  protected Prepared prepare(Feeds feeds, ProximalForm form, List<ProximalPoints.Row> rows) {
    var matrix = (ProximalForm.Matrix) form;
    int channels = shape.channels();
    int columns = rows.size() * channels;
    var weights = new float[measured * columns];
    java.util.Arrays.fill(weights, 1);
    var y = new float[rows.size()][];
    for (int i = 0; i < y.length; i++) {
      var measurement = rows.get(i).measurement();
      y[i] = measurement.measurement();
      float[] own = measurement.operator().weights(y[i]);
      for (int j = 0; own != null && j < own.length; j++) {
        weights[j / channels * columns + i * channels + j % channels] = own[j];
      }
    }
    var entries =
        feeds.own(
            TInt64.tensorOf(
                Shape.of(matrix.values().length, 2),
                DataBuffers.of(matrix.indices(), true, false)));
    return new Arrays(
        images(feeds, starts(rows)),
        feeds.of(joined(y), y.length, measured, channels),
        feeds.of(weights, measured, columns),
        entries,
        feeds.of(matrix.values(), matrix.values().length));
  }

  @Override
  protected void feedOperator(Session.Runner runner, Prepared prepared, boolean forRightSide) {
    var arrays = (Arrays) prepared;
    runner
        .feed(indices, arrays.indices())
        .feed(input(VALUES), arrays.values())
        .feed(input(WEIGHTS), arrays.weights());
    if (forRightSide) {
      runner.feed(input(X0), arrays.x0()).feed(input(Y), arrays.y());
    }
  }
}
