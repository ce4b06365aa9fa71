package org.deftstream.deft.tensorflow;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.operator.ProximalForm;
import org.deftstream.deft.operator.ProximalPoints;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.op.core.ReduceSum;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;

/**
 * Proximal points by conjugate gradients: {@code (N + rho I) change = right}, every row for itself,
 * with the rule of the host for when a row is solved. A run of the graph takes {@link #TOGETHER}
 * iterations; what it leaves goes into the next run without passing through the host's arrays.
 */
abstract class GradientGraph extends ProximalGraph {
  /** Iterations of a run; the operators' limits are multiples. */
  private static final int TOGETHER = 10;

  private static final String CHANGE = "change";
  private static final String RESIDUAL = "residual";
  private static final String DIRECTION = "direction";
  private static final String SQUARE = "square";
  private static final String ENOUGH = "enough";
  private static final String RHO = "rho";

  private Operand<TFloat32> right;
  private Operand<TFloat32> start;
  private List<Operand<TFloat32>> after;

  protected GradientGraph(ImageShape shape, SessionOptions options) {
    super(shape, options);
  }

  /** Builds the iterations. */
  protected final void iterate(Operand<TFloat32> rightSide, UnaryOperator<Operand<TFloat32>> n) {
    right = rightSide;
    start = dot(right, right);
    Operand<TFloat32> change = images(CHANGE);
    Operand<TFloat32> residual = images(RESIDUAL);
    Operand<TFloat32> direction = images(DIRECTION);
    Operand<TFloat32> square = numbers(SQUARE);
    var enough = numbers(ENOUGH);
    var rho = numbers(RHO);
    var zero = number(tf, 0);
    for (int i = 0; i < TOGETHER; i++) {
      var image = tf.math.add(n.apply(direction), tf.math.mul(rho, direction));
      var curvature = dot(direction, image);
      var active =
          tf.math.logicalAnd(tf.math.greater(square, enough), tf.math.greater(curvature, zero));
      var step = tf.select(active, tf.math.divNoNan(square, curvature), zero);
      change = tf.math.add(change, tf.math.mul(step, direction));
      residual = tf.math.sub(residual, tf.math.mul(step, image));
      var next = dot(residual, residual);
      var turn = tf.select(active, tf.math.divNoNan(next, square), zero);
      // Once a row is solved, or rounding has used up its direction, it stays as it is.
      square = tf.select(active, next, zero);
      direction = tf.math.add(residual, tf.math.mul(turn, direction));
    }
    after = List.of(change, residual, direction, square);
  }

  /** In double precision as on the host: rounding turns the directions, and so the answers. */
  private Operand<TFloat32> dot(Operand<TFloat32> a, Operand<TFloat32> b) {
    var products = tf.math.mul(exact(a), exact(b));
    var sums = tf.reduceSum(products, tf.constant(new int[] {1, 2, 3}), ReduceSum.keepDims(true));
    return tf.dtypes.cast(sums, TFloat32.class);
  }

  private Operand<TFloat64> exact(Operand<TFloat32> value) {
    return tf.dtypes.cast(value, TFloat64.class);
  }

  /** Feeds what the right side needs, and N. */
  protected abstract void feedOperator(
      Session.Runner runner, Prepared prepared, boolean forRightSide);

  /** What does not change from run to run. */
  protected abstract Prepared prepare(
      Feeds feeds, ProximalForm form, List<ProximalPoints.Row> rows);

  /** Tensors of one call, owned by its feeds. */
  protected interface Prepared {}

  @Override
  final float[][] solve(ProximalForm form, List<ProximalPoints.Row> rows) {
    var limit = limit(form);
    var open = new ArrayList<Result>();
    try (var feeds = new Feeds()) {
      var prepared = prepare(feeds, form, rows);
      var runner = session().runner().fetch(right).fetch(start);
      feedOperator(runner, prepared, true);
      var begun = runner.run();
      open.add(begun);
      float[] squares = Tensors.toFloats((TFloat32) begun.get(1));
      var least = new float[squares.length];
      for (int i = 0; i < least.length; i++) {
        least[i] = (float) (limit.tolerance() * limit.tolerance() * squares[i]);
      }
      var rho = weights(feeds, rows);
      var enough = feeds.of(least, least.length, 1, 1, 1);
      TFloat32 change = images(feeds, new float[rows.size()][shape.size()]);
      TFloat32 residual = (TFloat32) begun.get(0);
      TFloat32 direction = residual;
      TFloat32 square = (TFloat32) begun.get(1);
      for (int done = 0; done < limit.iterations() && unsolved(squares, least); done += TOGETHER) {
        var more =
            session()
                .runner()
                .feed(input(CHANGE), change)
                .feed(input(RESIDUAL), residual)
                .feed(input(DIRECTION), direction)
                .feed(input(SQUARE), square)
                .feed(input(ENOUGH), enough)
                .feed(input(RHO), rho);
        feedOperator(more, prepared, false);
        after.forEach(more::fetch);
        var result = more.run();
        open.add(result);
        change = (TFloat32) result.get(0);
        residual = (TFloat32) result.get(1);
        direction = (TFloat32) result.get(2);
        square = (TFloat32) result.get(3);
        squares = Tensors.toFloats(square);
        if (open.size() > 1) {
          open.remove(0).close();
        }
      }
      var points = split(change, rows.size());
      for (int i = 0; i < points.length; i++) {
        float[] x0 = rows.get(i).x0();
        for (int j = 0; j < x0.length; j++) {
          points[i][j] += x0[j];
        }
      }
      return points;
    } finally {
      open.forEach(Result::close);
    }
  }

  private static boolean unsolved(float[] squares, float[] enough) {
    for (int i = 0; i < squares.length; i++) {
      if (squares[i] > enough[i]) {
        return true;
      }
    }
    return false;
  }

  private static ProximalForm.Gradients limit(ProximalForm form) {
    return form instanceof ProximalForm.Matrix matrix
        ? matrix.solver()
        : ((ProximalForm.Convolutions) form).solver();
  }
}
