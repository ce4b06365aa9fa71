package org.deftstream.deft.tensorflow;

import java.util.List;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.operator.ProximalForm;
import org.deftstream.deft.operator.ProximalPoints;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.Session;
import org.tensorflow.types.TFloat32;

/** Conjugate gradients for coils on a grid of spatial frequencies: N is two transforms for each. */
final class ConvolutionGraph extends GradientGraph {
  private static final String X0 = "x0";
  private static final String B = "b";
  private static final String VALUES = "eigenvalues";
  private static final String REAL = "mapsReal";
  private static final String IMAGINARY = "mapsImaginary";

  private final ComplexOps complex;
  private final int coils;
  private final Output<?> maps;
  private final Output<?> turned;
  private final Output<?> eigenvalues;

  ConvolutionGraph(ProximalForm.Convolutions form, ImageShape shape, SessionOptions options) {
    super(shape, options);
    complex = new ComplexOps(tf);
    coils = form.coils();
    var real = input(REAL, 1, coils, shape.height(), shape.width());
    maps = complex.complex(real, input(IMAGINARY, 1, coils, shape.height(), shape.width()));
    turned = complex.conjugate(maps);
    var values = input(VALUES, 1, 1, shape.height(), shape.width());
    eigenvalues = complex.complex(values, tf.zerosLike(values));
    var x0 = images(X0);
    iterate(tf.math.sub(images(B), normal(x0)), this::normal);
  }

  /** {@code sum_c S_c^H F^-1 diag(eigenvalues) F S_c x}. */
  private Operand<TFloat32> normal(Operand<TFloat32> x) {
    var planes = tf.reshape(channel(x, 0), size(1));
    var image =
        shape.channels() == 2
            ? complex.complex(planes, tf.reshape(channel(x, 1), size(1)))
            : complex.complex(planes, tf.zerosLike(planes));
    var spectrum = complex.fourier(complex.times(maps, image));
    var seen = complex.inverseFourier(complex.times(eigenvalues, spectrum));
    var combined = complex.times(turned, seen);
    var real = combined(complex.real(combined));
    return shape.channels() == 2
        ? tf.concat(List.of(real, combined(complex.imaginary(combined))), tf.constant(3))
        : real;
  }

  private Operand<TFloat32> channel(Operand<TFloat32> x, int channel) {
    return shape.channels() == 1
        ? x
        : tf.slice(
            x,
            tf.constant(new int[] {0, 0, 0, channel}),
            tf.constant(new int[] {-1, shape.height(), shape.width(), 1}));
  }

  private Operand<org.tensorflow.types.TInt64> size(long planes) {
    return tf.constant(new long[] {-1, planes, shape.height(), shape.width()});
  }

  /** The sum over coils as an image of one channel. */
  private Operand<TFloat32> combined(Operand<TFloat32> ofCoils) {
    return tf.reshape(
        tf.reduceSum(ofCoils, tf.constant(1)),
        tf.constant(new long[] {-1, shape.height(), shape.width(), 1}));
  }

  private record Arrays(TFloat32 x0, TFloat32 b, TFloat32 values, TFloat32 real, TFloat32 imaginary)
      implements Prepared {}

  @Override
  protected Prepared prepare(Feeds feeds, ProximalForm form, List<ProximalPoints.Row> rows) {
    var convolutions = (ProximalForm.Convolutions) form;
    var b = new float[rows.size()][];
    for (int i = 0; i < b.length; i++) {
      var operator = rows.get(i).measurement().operator();
      b[i] = operator.adjoint(operator.measured(rows.get(i).measurement().measurement()));
    }
    int pixels = shape.height() * shape.width();
    var real = new float[coils * pixels];
    var imaginary = new float[coils * pixels];
    for (int i = 0; i < real.length; i++) {
      real[i] = convolutions.maps()[2 * i];
      imaginary[i] = convolutions.maps()[2 * i + 1];
    }
    return new Arrays(
        images(feeds, starts(rows)),
        images(feeds, b),
        feeds.of(convolutions.eigenvalues(), 1, 1, shape.height(), shape.width()),
        feeds.of(real, 1, coils, shape.height(), shape.width()),
        feeds.of(imaginary, 1, coils, shape.height(), shape.width()));
  }

  @Override
  protected void feedOperator(Session.Runner runner, Prepared prepared, boolean forRightSide) {
    var arrays = (Arrays) prepared;
    runner
        .feed(input(VALUES), arrays.values())
        .feed(input(REAL), arrays.real())
        .feed(input(IMAGINARY), arrays.imaginary());
    if (forRightSide) {
      runner.feed(input(X0), arrays.x0()).feed(input(B), arrays.b());
    }
  }
}
