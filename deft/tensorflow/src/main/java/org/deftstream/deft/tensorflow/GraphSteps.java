package org.deftstream.deft.tensorflow;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.deftstream.deft.engine.OutOfDeviceMemoryException;
import org.deftstream.deft.operator.BoundMeasurement;
import org.deftstream.deft.operator.ForwardOperator;
import org.deftstream.deft.operator.ProximalForm;
import org.deftstream.deft.prior.ComposedSteps;
import org.deftstream.deft.prior.LearnedEstimate;
import org.deftstream.deft.prior.PriorDirectory;
import org.deftstream.deft.sampler.CounterNoise;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.exceptions.TFResourceExhaustedException;
import org.tensorflow.exceptions.TensorFlowException;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * Composed steps of a prior, for operators whose proximal point is found as a graph. All are in one
 * graph with one copy of the prior's weights, beside that of the prior alone, made when the first
 * trajectory comes. Owns graph and session; closed with the prior. Thread-safe; calls run one after
 * the other.
 */
final class GraphSteps implements ComposedSteps, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(GraphSteps.class);

  /** Forms, shapes of images and networks; operations cannot be taken out of a graph. */
  private static final int MOST_GRAPHS = 32;

  /** Bytes of the slots and arrays of all graphs that have begun. */
  private static final long MOST_BYTES = 256L << 20;

  /** Weights that are held a second time: half a gigabyte of them. */
  private static final long MOST_WEIGHTS = 1L << 27;

  private final PriorDirectory directory;
  private final SessionOptions options;
  private final MeasuredWays ways;
  private final OperatorForms forms;

  /** Those that were used last come last. Empty where a trajectory is too large. */
  private final Map<StepKind, Optional<StepGraph>> graphs = new LinkedHashMap<>(16, 0.75f, true);

  /** Not composed any more; what they have taken is theirs until another one needs it. */
  private final Set<StepKind> failed = new HashSet<>();

  private Graph graph;
  private Session session;
  private Ops tf;
  private VariableWeights weights;

  /** Whether the weights are in: filling may run out of memory, and the next kind tries again. */
  private boolean filled;

  private boolean closed;

  private GraphSteps(PriorDirectory directory, OperatorForms forms, SessionOptions options) {
    this.directory = directory;
    this.forms = forms;
    this.options = options;
    ways = options.operators() == OperatorPlace.AUTO ? new MeasuredWays() : null;
  }

  /**
   * The composed steps of a prior; null where there are none: where operators are left to the host,
   * in bfloat16, in which a step would lose its digits, and of very large networks.
   *
   * @param parameters number of the prior's weights
   */
  static GraphSteps of(
      PriorDirectory directory, long parameters, OperatorForms forms, SessionOptions options) {
    boolean none =
        options.operators() == OperatorPlace.HOST
            || parameters > MOST_WEIGHTS
            || options.bfloat16().taken(options.threads());
    return none ? null : new GraphSteps(directory, forms, options);
  }

  /**
   * Rows of one graph.
   *
   * @param shared the form, where the graph holds the arrays of one operator at a time; else null
   * @param learned whose weights the graph must hold; null if the proximal point is the estimate
   */
  private record Steps(StepKind kind, ProximalForm shared, LearnedEstimate learned)
      implements Group {}

  private final class Slot implements State {
    final StepKind kind;
    final StepGraph of;
    final int index;
    final CounterNoise noise;
    private boolean given;

    Slot(StepKind kind, StepGraph of, int index, CounterNoise noise) {
      this.kind = kind;
      this.of = of;
      this.index = index;
      this.noise = noise;
    }

    @Override
    public float[] image() {
      synchronized (GraphSteps.this) {
        requireOpen(this);
        return call(kind, () -> of.image(session, index));
      }
    }

    @Override
    public synchronized void close() {
      if (!given) {
        given = true;
        of.slots().giveBack(index);
      }
    }

    synchronized boolean isClosed() {
      return given;
    }
  }

  @Override
  public Optional<Group> group(ForwardOperator operator, Optional<LearnedEstimate> learned) {
    return forms
        .of(operator)
        .filter(GraphSteps::isSmall)
        .map(form -> steps(form, operator, learned.orElse(null)));
  }

  /** Whether the matrix of a form, if it has one, may be kept on the device. */
  private static boolean isSmall(ProximalForm form) {
    return !(form instanceof ProximalForm.Matrix matrix)
        || MatrixPoint.bytes(matrix) <= StepSlots.MOST_OF_OPERATOR;
  }

  private static Steps steps(ProximalForm form, ForwardOperator operator, LearnedEstimate learned) {
    boolean differs = GraphPoint.of(form, operator).differsByRow();
    var shared = differs ? null : form;
    return new Steps(StepKind.of(form, operator, learned), shared, learned);
  }

  @Override
  public boolean wanted(Group group, int rows) {
    return ways == null || ways.composed(((Steps) group).kind(), rows);
  }

  @Override
  public void took(Group group, int rows, boolean composed, long nanos) {
    if (ways != null) {
      ways.took(((Steps) group).kind(), rows, composed, nanos);
    }
  }

  @Override
  public synchronized Optional<State> open(
      Group group, BoundMeasurement measurement, CounterNoise noise, float[] x) {
    var kind = ((Steps) group).kind();
    var operator = measurement.operator();
    var form = forms.of(operator).orElseThrow();
    var of = closed ? Optional.<StepGraph>empty() : graph(kind, form, operator);
    int index = of.map(graph -> graph.slots().take()).orElse(-1);
    if (index < 0) {
      return Optional.empty();
    }
    var slot = new Slot(kind, of.get(), index, noise);
    try {
      var start = new StepSlots.Start(form, measurement, x);
      call(
          kind,
          () -> {
            of.get().slots().put(session, index, start);
            return null;
          });
      return Optional.of(slot);
    } catch (RuntimeException e) {
      slot.close();
      throw e;
    }
  }

  /** The graph of a kind, made when it is first asked for; empty if there is no room for it. */
  private Optional<StepGraph> graph(StepKind kind, ProximalForm form, ForwardOperator operator) {
    if (failed.contains(kind)) {
      return Optional.empty();
    }
    if (!graphs.containsKey(kind) && graphs.size() < MOST_GRAPHS) {
      graphs.put(kind, Optional.empty()); // If it cannot be made it is not tried again.
      var size = StepSlots.size(kind, form, operator);
      if (size.slots() > 0) {
        graphs.put(kind, Optional.of(call(kind, () -> made(kind, form, operator, size))));
      }
    }
    var graph = graphs.getOrDefault(kind, Optional.empty());
    return graph.filter(of -> call(kind, () -> begun(of.slots())));
  }

  /** Begins, if there is memory that no trajectory of another graph holds. */
  private boolean begun(StepSlots next) {
    if (next.begun()) {
      return true;
    }
    long taken = 0;
    for (var of : begunSlots()) {
      taken += of.bytes();
    }
    for (var of : begunSlots()) {
      if (taken + next.bytes() > MOST_BYTES && of.held() == 0) {
        of.end(session);
        taken -= of.bytes();
      }
    }
    if (taken + next.bytes() > MOST_BYTES) {
      return false;
    }
    next.begin(session);
    return true;
  }

  private List<StepSlots> begunSlots() {
    return slots().filter(StepSlots::begun).toList();
  }

  private Stream<StepSlots> slots() {
    return graphs.values().stream().flatMap(Optional::stream).map(StepGraph::slots);
  }

  private StepGraph made(
      StepKind kind, ProximalForm form, ForwardOperator operator, StepSlots.Size size) {
    if (session == null) {
      graph = new Graph();
      session = new Session(graph, options.toProto());
      tf = Ops.create(graph);
      weights = new VariableWeights(tf);
    }
    var next = new StepGraph(tf, kind, form, operator, size, this::noise);
    if (!filled) {
      try (var read = directory.openWeights()) {
        VariableWeights.fill(tf, session, weights.variables(), read.tensors());
      }
      filled = true;
    }
    return next;
  }

  private Operand<TFloat32> noise(Operand<TFloat32> x, Operand<TInt32> t) {
    var asked = directory.scheduler().preconditioning();
    return NetworkGraph.noise(tf, directory.unet(), asked, weights, x, t);
  }

  @Override
  public synchronized boolean[] step(Group group, List<Row> rows, int padded) {
    var steps = (Steps) group;
    var asked = rows.stream().map(this::asked).toList();
    var of = ((Slot) rows.get(0).state()).of;
    return call(
        steps.kind(),
        () -> {
          of.load(session, steps.shared(), steps.learned());
          return of.step(session, asked, padded);
        });
  }

  private StepGraph.Row asked(Row row) {
    var slot = (Slot) row.state();
    requireOpen(slot);
    return new StepGraph.Row(slot.index, row.t(), row.rho(), row.step(), slot.noise);
  }

  private void requireOpen(Slot slot) {
    if (closed || slot.isClosed()) {
      throw new IllegalStateException(
          "the state of a trajectory of prior " + directory.name() + " is closed");
    }
  }

  /** A call of a kind's graph; one that fails for another reason than memory is the last. */
  private <T> T call(StepKind kind, Supplier<T> work) {
    try {
      return NativeCalls.call(work);
    } catch (TFResourceExhaustedException e) {
      throw new OutOfDeviceMemoryException(
          "prior " + directory.name() + ": no memory for a composed step", e);
    } catch (TensorFlowException e) {
      failed.add(kind);
      LOG.warn("steps of {} are not composed any more", kind, e);
      throw e;
    }
  }

  /** Trajectories that are on the device. */
  synchronized int heldSlots() {
    return slots().mapToInt(StepSlots::held).sum();
  }

  @Override
  public synchronized void close() {
    if (!closed && session != null) {
      NativeCalls.run(
          () -> {
            session.close();
            graph.close();
          });
    }
    closed = true;
  }
}
