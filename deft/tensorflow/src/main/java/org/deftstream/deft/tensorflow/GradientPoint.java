package org.deftstream.deft.tensorflow;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.operator.ProximalForm;
import org.tensorflow.ConcreteFunction;
import org.tensorflow.Operand;
import org.tensorflow.Signature;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.core.ReduceAny;
import org.tensorflow.op.core.ReduceSum;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TInt32;

/**
 * Proximal points by conjugate gradients, x0 plus the change of {@code (N + rho I) change = right}:
 * every row for itself, with the rule of the host for when a row is solved. A loop of the graph,
 * which ends once all rows are.
 */
abstract class GradientPoint extends GraphPoint {
  private final ProximalForm.Gradients solver;

  protected GradientPoint(ImageShape shape, ProximalForm.Gradients solver) {
    super(shape);
    this.solver = solver;
  }

  /** {@code A^T W (y - A x0)}, the shape of x0. */
  protected abstract Operand<TFloat32> right(
      Ops tf,
      Operand<TFloat32> x0,
      Map<String, ? extends Operand<TFloat32>> own,
      Map<String, ? extends Operand<?>> matrix);

  /** What {@link #normal} needs, the same in every iteration, by name. */
  protected abstract Map<String, ? extends Operand<?>> matrix(
      Ops tf, Map<String, ? extends Operand<TFloat32>> own);

  /**
   * {@code N x = A^T W A x}, the shape of x.
   *
   * @param matrix {@link #matrix}
   */
  protected abstract Operand<TFloat32> normal(
      Ops tf, Operand<TFloat32> x, Map<String, ? extends Operand<?>> matrix);

  protected static Operand<TFloat32> float32(
      Map<String, ? extends Operand<?>> matrix, String name) {
    return matrix.get(name).asOutput().expect(TFloat32.class);
  }

  @Override
  final Operand<TFloat32> point(
      Ops tf,
      Operand<TFloat32> x0,
      Operand<TFloat32> rho,
      Map<String, ? extends Operand<TFloat32>> own) {
    var matrix = matrix(tf, own);
    var right = right(tf, x0, own, matrix);
    var square = dot(tf, right, right);
    var enough = tf.math.mul(square, number(tf, solver.tolerance() * solver.tolerance()));
    var state = new Iteration(tf.constant(0), tf.zerosLike(x0), right, right, square, enough, rho);
    var inputs = state.operands();
    inputs.addAll(matrix.values());
    try (var goesOn = function(matrix, (ops, in) -> List.of(goesOn(ops, in.state())));
        var next = function(matrix, this::next)) {
      var answer = tf.statelessWhile(inputs, goesOn, next);
      return tf.math.add(x0, answer.output().get(1).expect(TFloat32.class));
    }
  }

  /** What goes from iteration to iteration. */
  private record Iteration(
      Operand<TInt32> done,
      Operand<TFloat32> change,
      Operand<TFloat32> residual,
      Operand<TFloat32> direction,
      Operand<TFloat32> square,
      Operand<TFloat32> enough,
      Operand<TFloat32> rho) {
    List<Operand<?>> operands() {
      return new ArrayList<>(List.of(done, change, residual, direction, square, enough, rho));
    }
  }

  /** An iteration and {@link #matrix}, inside a function. */
  private record Inputs(Iteration state, Map<String, Operand<?>> matrix) {}

  private ConcreteFunction function(
      Map<String, ? extends Operand<?>> matrix, BiFunction<Ops, Inputs, List<Operand<?>>> body) {
    return ConcreteFunction.create(
        tf -> {
          var image = Shape.of(-1, shape.height(), shape.width(), shape.channels());
          var each = Shape.of(-1, 1, 1, 1);
          var state =
              new Iteration(
                  tf.placeholder(TInt32.class, Placeholder.shape(Shape.scalar())),
                  input(tf, image),
                  input(tf, image),
                  input(tf, image),
                  input(tf, each),
                  input(tf, each),
                  input(tf, each));
          var inside = new LinkedHashMap<String, Operand<?>>();
          matrix.forEach((name, outside) -> inside.put(name, tf.placeholder(outside.type())));
          var inputs = state.operands();
          inputs.addAll(inside.values());
          var signature = Signature.builder();
          for (int i = 0; i < inputs.size(); i++) {
            signature.input("in%02d".formatted(i), inputs.get(i));
          }
          var answers = body.apply(tf, new Inputs(state, inside));
          for (int i = 0; i < answers.size(); i++) {
            signature.output("out%02d".formatted(i), answers.get(i));
          }
          return signature.build();
        });
  }

  private static Placeholder<TFloat32> input(Ops tf, Shape sides) {
    return tf.placeholder(TFloat32.class, Placeholder.shape(sides));
  }

  private Operand<TBool> goesOn(Ops tf, Iteration state) {
    var unsolved = tf.math.greater(state.square(), state.enough());
    return tf.math.logicalAnd(
        tf.math.less(state.done(), tf.constant(solver.iterations())),
        tf.reduceAny(unsolved, tf.constant(new int[] {0, 1, 2, 3}), new ReduceAny.Options[0]));
  }

  private List<Operand<?>> next(Ops tf, Inputs in) {
    var state = in.state();
    var direction = state.direction();
    var square = state.square();
    var image =
        tf.math.add(normal(tf, direction, in.matrix()), tf.math.mul(state.rho(), direction));
    var curvature = dot(tf, direction, image);
    var zero = number(tf, 0);
    var active =
        tf.math.logicalAnd(
            tf.math.greater(square, state.enough()), tf.math.greater(curvature, zero));
    var step = tf.select(active, tf.math.divNoNan(square, curvature), zero);
    var residual = tf.math.sub(state.residual(), tf.math.mul(step, image));
    var left = dot(tf, residual, residual);
    var turn = tf.select(active, tf.math.divNoNan(left, square), zero);
    var after =
        new Iteration(
            tf.math.add(state.done(), tf.constant(1)),
            tf.math.add(state.change(), tf.math.mul(step, direction)),
            residual,
            tf.math.add(residual, tf.math.mul(turn, direction)),
            // Once a row is solved, or rounding has used up its direction, it stays as it is.
            tf.select(active, left, zero),
            state.enough(),
            state.rho());
    var operands = after.operands();
    operands.addAll(in.matrix().values());
    return operands;
  }

  /** In double precision as on the host: rounding turns the directions, and so the answers. */
  private static Operand<TFloat32> dot(Ops tf, Operand<TFloat32> a, Operand<TFloat32> b) {
    var products = tf.math.mul(exact(tf, a), exact(tf, b));
    var sums = tf.reduceSum(products, tf.constant(new int[] {1, 2, 3}), ReduceSum.keepDims(true));
    return tf.dtypes.cast(sums, TFloat32.class);
  }

  private static Operand<TFloat64> exact(Ops tf, Operand<TFloat32> value) {
    return tf.dtypes.cast(value, TFloat64.class);
  }
}
