package org.deftstream.deft.tensorflow;

import java.util.List;
import java.util.Map;
import org.deftstream.deft.operator.BoundMeasurement;
import org.deftstream.deft.operator.ForwardOperator;
import org.deftstream.deft.operator.ProximalForm;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;

/** Conjugate gradients for coils on a grid of spatial frequencies: N is two transforms for each. */
final class ConvolutionPoint extends GradientPoint {
  private static final String B = "b";
  private static final String VALUES = "eigenvalues";
  private static final String REAL = "mapsReal";
  private static final String IMAGINARY = "mapsImaginary";

  private final int coils;

  ConvolutionPoint(ProximalForm.Convolutions form, ForwardOperator operator) {
    super(operator.imageShape(), form.solver());
    coils = form.coils();
    int height = shape.height();
    int width = shape.width();
    ofMeasurement(B, ConvolutionPoint::seen, height, width, shape.channels());
    ofForm(VALUES, of -> ((ProximalForm.Convolutions) of).eigenvalues(), height, width);
    ofForm(REAL, of -> part(of, 0), coils, height, width);
    ofForm(IMAGINARY, of -> part(of, 1), coils, height, width);
  }

  @Override
  boolean differsByRow() {
    return true;
  }

  /** {@code A^T y}. */
  private static float[] seen(BoundMeasurement measurement) {
    var operator = measurement.operator();
    return operator.adjoint(operator.measured(measurement.measurement()));
  }

  private static float[] part(ProximalForm form, int part) {
    float[] maps = ((ProximalForm.Convolutions) form).maps();
    var values = new float[maps.length / 2];
    for (int i = 0; i < values.length; i++) {
      values[i] = maps[2 * i + part];
    }
    return values;
  }

  @Override
  protected Map<String, Operand<TFloat32>> matrix(
      Ops tf, Map<String, ? extends Operand<TFloat32>> own) {
    return Map.of(
        VALUES, tf.reshape(own.get(VALUES), size(tf, 1)),
        REAL, tf.reshape(own.get(REAL), size(tf, coils)),
        IMAGINARY, tf.reshape(own.get(IMAGINARY), size(tf, coils)));
  }

  @Override
  protected Operand<TFloat32> right(
      Ops tf,
      Operand<TFloat32> x0,
      Map<String, ? extends Operand<TFloat32>> own,
      Map<String, ? extends Operand<?>> matrix) {
    return tf.math.sub(own.get(B), normal(tf, x0, matrix));
  }

  /** {@code sum_c S_c^H F^-1 diag(eigenvalues) F S_c x}. */
  @Override
  protected Operand<TFloat32> normal(
      Ops tf, Operand<TFloat32> x, Map<String, ? extends Operand<?>> matrix) {
    var complex = new ComplexOps(tf);
    var maps = complex.complex(float32(matrix, REAL), float32(matrix, IMAGINARY));
    var values = float32(matrix, VALUES);
    var planes = tf.reshape(channel(tf, x, 0), size(tf, 1));
    var image =
        shape.channels() == 2
            ? complex.complex(planes, tf.reshape(channel(tf, x, 1), size(tf, 1)))
            : complex.complex(planes, tf.zerosLike(planes));
    var spectrum = complex.fourier(complex.times(maps, image));
    var weighed = complex.times(complex.complex(values, tf.zerosLike(values)), spectrum);
    Output<?> seen = complex.inverseFourier(weighed);
    var combined = complex.times(complex.conjugate(maps), seen);
    var sum = sum(tf, complex.real(combined));
    return shape.channels() == 2
        ? tf.concat(List.of(sum, sum(tf, complex.imaginary(combined))), tf.constant(3))
        : sum;
  }

  private Operand<TFloat32> channel(Ops tf, Operand<TFloat32> x, int channel) {
    return shape.channels() == 1
        ? x
        : tf.slice(
            x,
            tf.constant(new int[] {0, 0, 0, channel}),
            tf.constant(new int[] {-1, shape.height(), shape.width(), 1}));
  }

  private Operand<TInt64> size(Ops tf, long planes) {
    return tf.constant(new long[] {-1, planes, shape.height(), shape.width()});
  }

  /** The sum over coils as an image of one channel. */
  private Operand<TFloat32> sum(Ops tf, Operand<TFloat32> ofCoils) {
    return tf.reshape(
        tf.reduceSum(ofCoils, tf.constant(1)),
        tf.constant(new long[] {-1, shape.height(), shape.width(), 1}));
  }
}
