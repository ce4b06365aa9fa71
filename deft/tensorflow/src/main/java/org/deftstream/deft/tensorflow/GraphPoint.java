package org.deftstream.deft.tensorflow;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.operator.BoundMeasurement;
import org.deftstream.deft.operator.ForwardOperator;
import org.deftstream.deft.operator.ProximalForm;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * Proximal points of one form and one shape of images, as the operators on the host have them, as
 * operations of a graph. The graph's owner brings x0 and rho of each row and the arrays that are
 * named here: those of a measurement for each row, those of a form for each row or for all. Owns
 * nothing.
 */
abstract class GraphPoint {
  protected final ImageShape shape;
  private final Map<String, Array<BoundMeasurement>> ofMeasurement = new LinkedHashMap<>();
  private final Map<String, Array<ProximalForm>> ofForm = new LinkedHashMap<>();

  /**
   * An array of numbers that is brought in.
   *
   * @param <S> what it belongs to
   * @param sides its shape; one of them is -1 where it differs from one S to the next
   * @param values in a new array or lent
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Array<S>(long[] sides, Function<S, float[]> values) {
    /** How many values each S has, if they do not vary. */
    long size() {
      return Tensors.size(sides);
    }

    /** The shape of so many values. */
    long[] sides(long size) {
      var known = sides.clone();
      for (int i = 0; i < known.length; i++) {
        known[i] = known[i] < 0 ? size / -Tensors.size(sides) : known[i];
      }
      return known;
    }
  }

  protected GraphPoint(ImageShape shape) {
    this.shape = shape;
  }

  /** The points of operators that have a form of this class. */
  static GraphPoint of(ProximalForm form, ForwardOperator operator) {
    if (form instanceof ProximalForm.Convolutions convolutions) {
      return new ConvolutionPoint(convolutions, operator);
    }
    if (form instanceof ProximalForm.Matrix matrix) {
      return new MatrixPoint(matrix, operator);
    }
    return new ClosedPoint(form, operator);
  }

  protected final void ofMeasurement(
      String name, Function<BoundMeasurement, float[]> values, long... sides) {
    ofMeasurement.put(name, new Array<>(sides, values));
  }

  protected final void ofForm(String name, Function<ProximalForm, float[]> values, long... sides) {
    ofForm.put(name, new Array<>(sides, values));
  }

  /** What the points need of each measurement, by name. */
  final Map<String, Array<BoundMeasurement>> ofMeasurement() {
    return ofMeasurement;
  }

  /** What they need of the form, by name. */
  final Map<String, Array<ProximalForm>> ofForm() {
    return ofForm;
  }

  /** Whether rows may differ in their forms: a mask may be the record's. */
  abstract boolean differsByRow();

  /**
   * Adds the points to a graph.
   *
   * @param x0 images to stay near to, batch x height x width x channels
   * @param rho weights, batch x 1 x 1 x 1
   * @param own the arrays by name: those of measurements with a batch in front, and those of the
   *     form too if it differs by row; else without, or with a batch of 1
   * @return the points, the shape of x0
   */
  abstract Operand<TFloat32> point(
      Ops tf,
      Operand<TFloat32> x0,
      Operand<TFloat32> rho,
      Map<String, ? extends Operand<TFloat32>> own);

  protected static Operand<TFloat32> number(Ops tf, double value) {
    return tf.constant((float) value);
  }

  protected static Operand<TFloat32> transposed(Ops tf, Operand<TFloat32> value, int... order) {
    return tf.linalg.transpose(value, tf.constant(order));
  }
}
