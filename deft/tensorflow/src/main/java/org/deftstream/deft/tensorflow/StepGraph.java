package org.deftstream.deft.tensorflow;

import java.util.Arrays;
import java.util.List;
import java.util.function.BiFunction;
import org.deftstream.deft.operator.ForwardOperator;
import org.deftstream.deft.operator.ProximalForm;
import org.deftstream.deft.prior.LearnedEstimate;
import org.deftstream.deft.sampler.CounterNoise;
import org.deftstream.deft.sampler.StepWeights;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.core.ReduceAll;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;

/**
 * The composed step of one form, one shape of images and one network of adapters, if any, as
 * operations of the graph that has the prior. What it is taken of lies in {@link StepSlots}. One
 * call at a time.
 */
final class StepGraph {
  /** Numbers of a row: see {@link #numbers}. */
  private static final int NUMBERS = 7;

  private final Ops tf;
  private final StepSlots slots;
  private final Placeholder<TInt32> timesteps;
  private final Placeholder<TFloat32> numbers;
  private final Placeholder<TInt64> counters;
  private final Operand<TFloat32> x;
  private final Update plain;
  private final Update fresh;
  private final EstimateGraph estimates;

  /** A step's end: x_s in the place of x_t, and whether it is finite. */
  private record Update(Operand<TBool> finite, Op write) {}

  /** One row of a step. */
  record Row(int slot, int t, double rho, StepWeights step, CounterNoise noise) {}

  /**
   * Adds a step to a graph.
   *
   * @param kind of the form and the operator
   * @param size how many trajectories there is room for, at least 1
   * @param prior x_t and timesteps to predicted noise
   */
  StepGraph(
      Ops tf,
      StepKind kind,
      ProximalForm form,
      ForwardOperator operator,
      StepSlots.Size size,
      BiFunction<Operand<TFloat32>, Operand<TInt32>, Operand<TFloat32>> prior) {
    this.tf = tf;
    var shape = operator.imageShape();
    var points = GraphPoint.of(form, operator);
    estimates = kind.network() == null ? null : new EstimateGraph(tf, kind.network());
    slots = new StepSlots(tf, size);
    timesteps = tf.placeholder(TInt32.class, Placeholder.shape(Shape.of(-1)));
    numbers = tf.placeholder(TFloat32.class, Placeholder.shape(Shape.of(NUMBERS, -1, 1, 1, 1)));
    counters =
        tf.placeholder(
            TInt64.class, Placeholder.shape(Shape.of(CounterNoiseGraph.COUNTERS, -1, 1)));
    long[] image = {shape.height(), shape.width(), shape.channels()};
    var states = slots.ofRow(image, StepSlots.Start::image);
    x = slots.rows(states);
    var own = slots.own(points);
    var n = tf.unstack(numbers, (long) NUMBERS).output();
    var eps = prior.apply(x, timesteps);
    var x0 =
        tf.clipByValue(
            tf.math.sub(tf.math.mul(n.get(0), x), tf.math.mul(n.get(1), eps)),
            tf.constant((float) -kind.clip()),
            tf.constant((float) kind.clip()));
    var point = points.point(tf, x0, n.get(2), own);
    var estimate = estimates == null ? point : learned(operator, x0, point, n.get(6));
    var next = tf.math.add(tf.math.mul(n.get(3), x), tf.math.mul(n.get(4), estimate));
    var flat = CounterNoiseGraph.values(tf, counters, shape.size());
    var z = tf.reshape(flat, tf.constant(new long[] {-1, image[0], image[1], image[2]}));
    plain = update(states, eps, next);
    fresh = update(states, eps, tf.math.add(next, tf.math.mul(n.get(5), z)));
  }

  private Operand<TFloat32> learned(
      ForwardOperator operator,
      Operand<TFloat32> x0,
      Operand<TFloat32> point,
      Operand<TFloat32> spread) {
    var seen =
        slots.rows(
            slots.ofRow(
                StepSlots.conditioning(operator), start -> start.measurement().conditioning()));
    return estimates.estimate(x, x0, seen, point, spread, timesteps);
  }

  /** x_t is replaced last, so that a step that fails has changed nothing. */
  private Update update(StepSlots.OfRow states, Operand<TFloat32> eps, Operand<TFloat32> next) {
    var values = tf.math.logicalAnd(tf.math.isFinite(eps), tf.math.isFinite(next));
    var finite = tf.reduceAll(values, tf.constant(new int[] {1, 2, 3}), new ReduceAll.Options[0]);
    var write =
        tf.withControlDependencies(finite)
            .resourceScatterUpdate(states.variable(), slots.index(), next);
    return new Update(finite, write);
  }

  /** The trajectories' places. */
  StepSlots slots() {
    return slots;
  }

  /**
   * Brings in the arrays of an operator and the weights of an estimate, those that are not of the
   * step before.
   *
   * @param learned null where the proximal point is the estimate
   */
  void load(Session session, ProximalForm form, LearnedEstimate learned) {
    slots.load(session, form);
    if (learned != null) {
      estimates.load(session, learned);
    }
  }

  /** x_t of a slot. */
  float[] image(Session session, int index) {
    try (var feeds = new Feeds();
        var answer =
            session
                .runner()
                .feed(slots.index(), feeds.own(TInt32.vectorOf(index)))
                .fetch(x)
                .run()) {
      return Tensors.toFloats((TFloat32) answer.get(0));
    }
  }

  /**
   * Takes a step.
   *
   * @param padded rows of the call; zeros at timestep 0 are what is missing
   * @return for each row whether it is finite
   */
  boolean[] step(Session session, List<Row> rows, int padded) {
    boolean anyFresh = rows.stream().anyMatch(row -> row.step().fresh() != 0);
    var update = anyFresh ? fresh : plain;
    var places = new int[padded];
    Arrays.fill(places, slots.spare());
    var t = new int[padded];
    for (int i = 0; i < rows.size(); i++) {
      places[i] = rows.get(i).slot();
      t[i] = rows.get(i).t();
    }
    try (var feeds = new Feeds()) {
      var runner =
          session
              .runner()
              .feed(slots.index(), feeds.own(Tensors.of(places)))
              .feed(timesteps, feeds.own(Tensors.of(t)))
              .feed(numbers, feeds.of(numbers(rows, padded), NUMBERS, padded, 1, 1, 1));
      if (anyFresh) {
        runner.feed(counters, feeds.own(counters(rows, padded)));
      }
      try (var answer = runner.addTarget(update.write()).fetch(update.finite()).run()) {
        var finite = new boolean[rows.size()];
        var told = (TBool) answer.get(0);
        for (int i = 0; i < finite.length; i++) {
          finite[i] = told.getBoolean(i);
        }
        return finite;
      }
    }
  }

  /**
   * Weights of x_t and of the predicted noise in the prior's estimate, rho, weights of x_t, of the
   * conditional estimate and of the fresh noise in x_s, and the noise's part of x_t: by number,
   * then by row. All are at most about 1, but those of the prior's estimate, which is clipped: so
   * float32 is enough.
   */
  private static float[] numbers(List<Row> rows, int padded) {
    var values = new float[NUMBERS * padded];
    Arrays.fill(values, 2 * padded, 3 * padded, 1);
    Arrays.fill(values, 6 * padded, 7 * padded, 1);
    for (int i = 0; i < rows.size(); i++) {
      var step = rows.get(i).step();
      double signal = Math.sqrt(step.alphaBar());
      double spread = Math.sqrt(1 - step.alphaBar());
      double keep = step.predicted() / spread;
      double[] row = {
        1 / signal,
        spread / signal,
        rows.get(i).rho(),
        keep,
        Math.sqrt(step.targetAlphaBar()) - keep * signal,
        step.fresh(),
        spread
      };
      for (int j = 0; j < NUMBERS; j++) {
        values[j * padded + i] = (float) row[j];
      }
    }
    return values;
  }

  private static TInt64 counters(List<Row> rows, int padded) {
    var values = new long[CounterNoiseGraph.COUNTERS * padded];
    for (int i = 0; i < rows.size(); i++) {
      long[] row = CounterNoiseGraph.counters(rows.get(i).noise(), rows.get(i).t());
      for (int j = 0; j < row.length; j++) {
        values[j * padded + i] = row[j];
      }
    }
    return TInt64.tensorOf(
        Shape.of(CounterNoiseGraph.COUNTERS, padded, 1), DataBuffers.of(values, true, false));
  }
}
