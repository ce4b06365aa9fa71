package org.deftstream.deft.tensorflow;

import java.util.Arrays;
import java.util.Map;
import org.deftstream.deft.operator.BoundMeasurement;
import org.deftstream.deft.operator.ForwardOperator;
import org.deftstream.deft.operator.ProximalForm;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.sparse.SparseTensorDenseMatMul;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;

/** Conjugate gradients for a sparse matrix, such as that of a scanner's rays. */
final class MatrixPoint extends GradientPoint {
  /** Rows and columns are counted in float32, which has all whole numbers up to this one. */
  static final int MOST_COUNTED = 1 << 24;

  private static final String Y = "y";
  private static final String WEIGHTS = "weights";
  private static final String INDICES = "indices";
  private static final String VALUES = "values";

  private final int rows;
  private final int pixels;

  MatrixPoint(ProximalForm.Matrix form, ForwardOperator operator) {
    super(operator.imageShape(), form.solver());
    rows = form.rows();
    pixels = form.columns();
    ofMeasurement(Y, BoundMeasurement::measurement, rows, shape.channels());
    ofMeasurement(WEIGHTS, this::weights, rows, shape.channels());
    ofForm(INDICES, of -> counted(((ProximalForm.Matrix) of).indices()), -1, 2);
    ofForm(VALUES, of -> ((ProximalForm.Matrix) of).values(), -1);
  }

  /** Bytes of row, column and value of each entry, for as many as a form of its kind may have. */
  static long bytes(ProximalForm.Matrix form) {
    return 3L * Float.BYTES * GraphProximal.Choice.rounded(form.values().length);
  }

  @Override
  boolean differsByRow() {
    return false;
  }

  private float[] weights(BoundMeasurement measurement) {
    float[] own = measurement.operator().weights(measurement.measurement());
    if (own == null) {
      own = new float[rows * shape.channels()];
      Arrays.fill(own, 1);
    }
    return own;
  }

  private static float[] counted(long[] indices) {
    var counted = new float[indices.length];
    for (int i = 0; i < counted.length; i++) {
      counted[i] = indices[i];
    }
    return counted;
  }

  @Override
  protected Map<String, ? extends Operand<?>> matrix(
      Ops tf, Map<String, ? extends Operand<TFloat32>> own) {
    return Map.of(
        INDICES, tf.dtypes.cast(own.get(INDICES), TInt64.class),
        VALUES, own.get(VALUES),
        WEIGHTS, columns(tf, own.get(WEIGHTS), rows));
  }

  @Override
  protected Operand<TFloat32> right(
      Ops tf,
      Operand<TFloat32> x0,
      Map<String, ? extends Operand<TFloat32>> own,
      Map<String, ? extends Operand<?>> matrix) {
    var misfit = tf.math.sub(columns(tf, own.get(Y), rows), forward(tf, x0, matrix));
    return back(tf, misfit, matrix);
  }

  @Override
  protected Operand<TFloat32> normal(
      Ops tf, Operand<TFloat32> x, Map<String, ? extends Operand<?>> matrix) {
    return back(tf, forward(tf, x, matrix), matrix);
  }

  /** Channels of all images or measurements as columns: length x (batch times channels). */
  private Operand<TFloat32> columns(Ops tf, Operand<TFloat32> batch, int length) {
    var flat = tf.reshape(batch, tf.constant(new long[] {-1, length, shape.channels()}));
    return tf.reshape(transposed(tf, flat, 1, 0, 2), tf.constant(new long[] {length, -1}));
  }

  private Operand<TFloat32> forward(
      Ops tf, Operand<TFloat32> x, Map<String, ? extends Operand<?>> matrix) {
    return product(tf, matrix, columns(tf, x, pixels), false);
  }

  /** {@code A^T W}, as images. */
  private Operand<TFloat32> back(
      Ops tf, Operand<TFloat32> columns, Map<String, ? extends Operand<?>> matrix) {
    var weights = float32(matrix, WEIGHTS);
    var images = product(tf, matrix, tf.math.mul(weights, columns), true);
    var flat = tf.reshape(images, tf.constant(new long[] {pixels, -1, shape.channels()}));
    return tf.reshape(
        transposed(tf, flat, 1, 0, 2),
        tf.constant(new long[] {-1, shape.height(), shape.width(), shape.channels()}));
  }

  private Operand<TFloat32> product(
      Ops tf, Map<String, ? extends Operand<?>> matrix, Operand<TFloat32> columns, boolean turned) {
    return tf.sparse.sparseTensorDenseMatMul(
        matrix.get(INDICES).asOutput().expect(TInt64.class),
        float32(matrix, VALUES),
        tf.constant(new long[] {rows, pixels}),
        columns,
        SparseTensorDenseMatMul.adjointA(turned));
  }
}
