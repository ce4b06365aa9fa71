package org.deftstream.deft.tensorflow;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.operator.BoundMeasurement;
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
import org.tensorflow.op.core.DestroyResourceOp;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.core.ReduceAll;
import org.tensorflow.op.core.VarHandleOp;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;

/**
 * The composed step of one form, one shape of images and one network of adapters, if any, as
 * operations of the graph that has the prior, and the variables that hold x_t and the measurement
 * of each trajectory, in slots. One call at a time, except where it says so.
 */
final class StepGraph {
  /** Bytes of all slots together. */
  private static final long MOST_OF_SLOTS = 64L << 20;

  /** Bytes of what is the operator's. */
  static final long MOST_OF_OPERATOR = 64L << 20;

  private static final int MOST_SLOTS = 256;

  /** Numbers of a row: see {@link #numbers}. */
  private static final int NUMBERS = 7;

  private final Ops tf;
  private final ImageShape shape;
  private final int slots;
  private final ArrayDeque<Integer> free = new ArrayDeque<>();
  private final List<OfRow> ofRows = new ArrayList<>();
  private final List<OfOperator> ofOperator = new ArrayList<>();
  private final List<Op> zeros = new ArrayList<>();
  private final List<Op> frees = new ArrayList<>();
  private final Placeholder<TInt32> slot;
  private final Placeholder<TInt32> timesteps;
  private final Placeholder<TFloat32> numbers;
  private final Placeholder<TInt64> counters;
  private final Operand<TFloat32> x;
  private final Update plain;
  private final Update fresh;
  private final EstimateGraph estimates;
  private final long bytes;
  private ProximalForm loaded;
  private boolean begun;

  /**
   * What a slot is given.
   *
   * @param form of the measurement's operator
   * @param measurement what the trajectory is of
   * @param image x_t
   */
  @SuppressWarnings("ArrayRecordComponent") // lent for a call
  record Start(ProximalForm form, BoundMeasurement measurement, float[] image) {}

  /** A variable with a place for each slot, and what writes the values of an input into one. */
  private record OfRow(
      VarHandleOp variable,
      Placeholder<TFloat32> input,
      Op write,
      Function<Start, float[]> values) {}

  /** What writes an array of the operator into a variable. */
  private record OfOperator(
      Placeholder<TFloat32> input, Op write, GraphPoint.Array<ProximalForm> array) {}

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
      Size size,
      BiFunction<Operand<TFloat32>, Operand<TInt32>, Operand<TFloat32>> prior) {
    this.tf = tf;
    shape = operator.imageShape();
    var points = GraphPoint.of(form, operator);
    estimates = kind.network() == null ? null : new EstimateGraph(tf, kind.network());
    slots = size.slots();
    bytes = size.bytes();
    IntStream.range(0, slots).forEach(free::add);
    slot = tf.placeholder(TInt32.class, Placeholder.shape(Shape.of(-1)));
    timesteps = tf.placeholder(TInt32.class, Placeholder.shape(Shape.of(-1)));
    numbers = tf.placeholder(TFloat32.class, Placeholder.shape(Shape.of(NUMBERS, -1, 1, 1, 1)));
    counters =
        tf.placeholder(
            TInt64.class, Placeholder.shape(Shape.of(CounterNoiseGraph.COUNTERS, -1, 1)));
    long[] image = {shape.height(), shape.width(), shape.channels()};
    var states = ofRow(image, Start::image);
    x = rows(states);
    var own = own(points);
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

  /** The arrays that the points need. */
  private Map<String, Operand<TFloat32>> own(GraphPoint points) {
    var own = new LinkedHashMap<String, Operand<TFloat32>>();
    points
        .ofMeasurement()
        .forEach(
            (name, array) ->
                own.put(
                    name,
                    rows(
                        ofRow(array.sides(), start -> array.values().apply(start.measurement())))));
    points
        .ofForm()
        .forEach(
            (name, array) ->
                own.put(
                    name,
                    points.differsByRow()
                        ? rows(ofRow(array.sides(), start -> array.values().apply(start.form())))
                        : ofOperator(array)));
    return own;
  }

  private Operand<TFloat32> learned(
      ForwardOperator operator,
      Operand<TFloat32> x0,
      Operand<TFloat32> point,
      Operand<TFloat32> spread) {
    var seen = rows(ofRow(conditioning(operator), start -> start.measurement().conditioning()));
    return estimates.estimate(x, x0, seen, point, spread, timesteps);
  }

  /**
   * What a graph takes.
   *
   * @param slots how many trajectories there is room for; the rows that fill up a batch share one
   *     more. Not above 0 if there is no room for any
   * @param bytes of all of it
   */
  record Size(int slots, long bytes) {}

  /** The size of a graph that is to be made. */
  static Size size(StepKind kind, ProximalForm form, ForwardOperator operator) {
    var points = GraphPoint.of(form, operator);
    long ofForm = bytesOfForm(points, form);
    long values = operator.imageShape().size();
    for (var array : points.ofMeasurement().values()) {
      values += array.size();
    }
    if (kind.network() != null) {
      values += Tensors.size(conditioning(operator));
    }
    long ofRow = Float.BYTES * values + (points.differsByRow() ? ofForm : 0);
    long ofAll = points.differsByRow() ? 0 : ofForm;
    long places = ofAll > MOST_OF_OPERATOR ? 0 : MOST_OF_SLOTS / ofRow - 1;
    int slots = (int) Math.max(0, Math.min(MOST_SLOTS, places));
    return new Size(slots, ofAll + (slots + 1) * ofRow);
  }

  private static long bytesOfForm(GraphPoint points, ProximalForm form) {
    return form instanceof ProximalForm.Matrix matrix
        ? MatrixPoint.bytes(matrix)
        : Float.BYTES * points.ofForm().values().stream().mapToLong(GraphPoint.Array::size).sum();
  }

  private static long[] conditioning(ForwardOperator operator) {
    var shape = operator.imageShape();
    return new long[] {shape.height(), shape.width(), operator.conditioningChannels()};
  }

  private OfRow ofRow(long[] sides, Function<Start, float[]> values) {
    var all = Shape.of(Tensors.with(slots + 1, sides));
    var input =
        tf.placeholder(TFloat32.class, Placeholder.shape(Shape.of(Tensors.with(-1, sides))));
    var variable = variable(input, all);
    zeros.add(tf.assignVariableOp(variable, tf.fill(tf.constant(all.asArray()), tf.constant(0f))));
    var write = tf.resourceScatterUpdate(variable, slot, input);
    var kept = new OfRow(variable, input, write, values);
    ofRows.add(kept);
    return kept;
  }

  /** One array may have more values than another's: such a variable has any shape. */
  private Operand<TFloat32> ofOperator(GraphPoint.Array<ProximalForm> array) {
    var sides = Shape.of(array.sides());
    var input = tf.placeholder(TFloat32.class, Placeholder.shape(sides));
    var variable = variable(input, sides);
    ofOperator.add(new OfOperator(input, tf.assignVariableOp(variable, input), array));
    return tf.readVariableOp(variable, TFloat32.class);
  }

  /** A variable of the session that holds what comes from an input. */
  private VarHandleOp variable(Placeholder<TFloat32> input, Shape sides) {
    // Without a name of its own it would be the same as every other.
    var name = VarHandleOp.sharedName(input.op().name() + "/kept");
    var variable = tf.varHandleOp(TFloat32.class, sides, name);
    frees.add(tf.destroyResourceOp(variable, DestroyResourceOp.ignoreLookupError(true)));
    return variable;
  }

  private Operand<TFloat32> rows(OfRow kept) {
    return tf.resourceGather(kept.variable(), slot, TFloat32.class);
  }

  /** x_t is replaced last, so that a step that fails has changed nothing. */
  private Update update(OfRow states, Operand<TFloat32> eps, Operand<TFloat32> next) {
    var values = tf.math.logicalAnd(tf.math.isFinite(eps), tf.math.isFinite(next));
    var finite = tf.reduceAll(values, tf.constant(new int[] {1, 2, 3}), new ReduceAll.Options[0]);
    var write =
        tf.withControlDependencies(finite).resourceScatterUpdate(states.variable(), slot, next);
    return new Update(finite, write);
  }

  /** Takes a slot; negative if there is none. Thread-safe. */
  int take() {
    synchronized (free) {
      return free.isEmpty() ? -1 : free.removeFirst();
    }
  }

  /** Gives a slot back that was taken. Thread-safe. */
  void giveBack(int index) {
    synchronized (free) {
      free.addFirst(index);
    }
  }

  /** Slots that are taken. Thread-safe. */
  int held() {
    synchronized (free) {
      return slots - free.size();
    }
  }

  /** Bytes that the variables take while it is begun. */
  long bytes() {
    return bytes;
  }

  /** Whether it has its variables. */
  boolean begun() {
    return begun;
  }

  /** Takes memory, and fills the slots with zeros: the rows that fill up a batch are of that. */
  void begin(Session session) {
    try {
      run(session, zeros);
      begun = true;
    } finally {
      if (!begun) {
        run(session, frees); // Some variables may have found memory before one did not.
      }
    }
  }

  /** Gives the memory back; no slot is taken. It may begin again. */
  void end(Session session) {
    begun = false;
    loaded = null;
    run(session, frees);
  }

  private static void run(Session session, List<Op> targets) {
    var runner = session.runner();
    targets.forEach(runner::addTarget);
    runner.run().close();
  }

  /** Writes a slot. */
  void put(Session session, int index, Start start) {
    try (var feeds = new Feeds()) {
      var runner = session.runner().feed(slot, feeds.own(TInt32.vectorOf(index)));
      for (var kept : ofRows) {
        long[] sides = kept.input().shape().asArray();
        sides[0] = 1;
        var values = feeds.of(kept.values().apply(start), sides);
        runner.feed(kept.input(), values).addTarget(kept.write());
      }
      runner.run().close();
    }
  }

  /**
   * Brings in the arrays of an operator and the weights of an estimate, those that are not of the
   * step before.
   *
   * @param learned null where the proximal point is the estimate
   */
  void load(Session session, ProximalForm form, LearnedEstimate learned) {
    loadForm(session, form);
    if (learned != null) {
      estimates.load(session, learned);
    }
  }

  private void loadForm(Session session, ProximalForm form) {
    if (ofOperator.isEmpty() || form.equals(loaded)) {
      return;
    }
    loaded = null;
    try (var feeds = new Feeds()) {
      var runner = session.runner();
      for (var kept : ofOperator) {
        var values = kept.array().values().apply(form);
        var fed = feeds.of(values, kept.array().sides(values.length));
        runner.feed(kept.input(), fed).addTarget(kept.write());
      }
      runner.run().close();
    }
    loaded = form;
  }

  /** x_t of a slot. */
  float[] image(Session session, int index) {
    try (var feeds = new Feeds();
        var answer =
            session.runner().feed(slot, feeds.own(TInt32.vectorOf(index))).fetch(x).run()) {
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
    Arrays.fill(places, slots);
    var t = new int[padded];
    for (int i = 0; i < rows.size(); i++) {
      places[i] = rows.get(i).slot();
      t[i] = rows.get(i).t();
    }
    try (var feeds = new Feeds()) {
      var runner =
          session
              .runner()
              .feed(slot, feeds.own(Tensors.of(places)))
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
