package org.deftstream.deft.tensorflow;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.deftstream.deft.operator.BoundMeasurement;
import org.deftstream.deft.operator.ForwardOperator;
import org.deftstream.deft.operator.ProximalForm;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.DestroyResourceOp;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.core.VarHandleOp;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * The variables of composed steps of one kind: x_t and the measurement of each trajectory, in
 * slots, and the arrays of one operator at a time. They are the session's, take their memory when
 * it begins and give it back at its end, and may begin again. One call at a time, except where it
 * says so.
 */
final class StepSlots {
  /** Bytes of all slots together. */
  private static final long MOST_OF_SLOTS = 64L << 20;

  /** Bytes of what is the operator's. */
  static final long MOST_OF_OPERATOR = 64L << 20;

  private static final int MOST_SLOTS = 256;

  private final Ops tf;
  private final int slots;
  private final long bytes;
  private final Placeholder<TInt32> slot;
  private final ArrayDeque<Integer> free = new ArrayDeque<>();
  private final List<OfRow> ofRows = new ArrayList<>();
  private final List<OfOperator> ofOperator = new ArrayList<>();
  private final List<Op> zeros = new ArrayList<>();
  private final List<Op> frees = new ArrayList<>();
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
  record OfRow(
      VarHandleOp variable,
      Placeholder<TFloat32> input,
      Op write,
      Function<Start, float[]> values) {}

  /** What writes an array of the operator into a variable. */
  private record OfOperator(
      Placeholder<TFloat32> input, Op write, GraphPoint.Array<ProximalForm> array) {}

  /** Slots of a size, of which there is one at least. */
  StepSlots(Ops tf, Size size) {
    this.tf = tf;
    slots = size.slots();
    bytes = size.bytes();
    slot = tf.placeholder(TInt32.class, Placeholder.shape(Shape.of(-1)));
    IntStream.range(0, slots).forEach(free::add);
  }

  /** The slots of a run, one for each row. */
  Placeholder<TInt32> index() {
    return slot;
  }

  /** The slot of rows that fill up a batch. */
  int spare() {
    return slots;
  }

  /** The arrays that the points need. */
  Map<String, Operand<TFloat32>> own(GraphPoint points) {
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

  static long[] conditioning(ForwardOperator operator) {
    var shape = operator.imageShape();
    return new long[] {shape.height(), shape.width(), operator.conditioningChannels()};
  }

  OfRow ofRow(long[] sides, Function<Start, float[]> values) {
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

  Operand<TFloat32> rows(OfRow kept) {
    return tf.resourceGather(kept.variable(), slot, TFloat32.class);
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

  /** Brings in the arrays of an operator, if they are not those of the step before. */
  void load(Session session, ProximalForm form) {
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
}
