package org.deftstream.deft.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.deftstream.deft.operator.BoundMeasurement;
import org.deftstream.deft.operator.ForwardOperator;
import org.deftstream.deft.operator.ProximalPoints;
import org.deftstream.deft.prior.ComposedSteps;
import org.deftstream.deft.prior.LearnedEstimate;
import org.deftstream.deft.sampler.CounterNoise;
import org.deftstream.deft.sampler.DdimStep;

/**
 * The Gaussian prior of {@link Requests} with composed steps, of which it counts what is open and
 * notes what is asked. A group is a kind of operator and a learned estimate, which it takes for the
 * proximal point.
 */
final class ComposingPrior extends StandInPrior implements ComposedSteps {
  private final Consumer<List<Row>> before;
  private final Set<Kept> open = ConcurrentHashMap.newKeySet();
  private final List<Integer> sizes = new ArrayList<>();
  private final List<String> took = new ArrayList<>();
  private final AtomicInteger alone = new AtomicInteger();
  private volatile int room = Integer.MAX_VALUE;
  private volatile boolean wanted = true;

  /** Composes all that it may. */
  ComposingPrior() {
    this(rows -> {}, false);
  }

  /**
   * A prior that does what a test wants.
   *
   * @param before called with the rows of each step; may throw or wait
   * @param onADevice whether it leaves the processors free
   */
  ComposingPrior(Consumer<List<Row>> before, boolean onADevice) {
    super(Requests.prior(), "composing", onADevice);
    this.before = before;
  }

  /** The same with room for so many trajectories. */
  ComposingPrior withRoom(int trajectories) {
    room = trajectories;
    return this;
  }

  /** The same, which wants no step for now. */
  ComposingPrior unwanted() {
    wanted = false;
    return this;
  }

  /** Trajectories that it holds now. */
  int held() {
    return open.size();
  }

  /** Rows of each composed step so far. */
  synchronized List<Integer> sizes() {
    return List.copyOf(sizes);
  }

  /** What it was told of batches: {@code composed 4}. */
  synchronized List<String> took() {
    return List.copyOf(took);
  }

  /** Evaluations of the prior alone so far. */
  int alone() {
    return alone.get();
  }

  private record Kind(String name, Optional<LearnedEstimate> learned) implements Group {}

  private final class Kept implements State {
    final Group group;
    final BoundMeasurement measurement;
    final CounterNoise noise;
    float[] x;

    Kept(Group group, BoundMeasurement measurement, CounterNoise noise, float[] x) {
      this.group = group;
      this.measurement = measurement;
      this.noise = noise;
      this.x = x.clone();
    }

    @Override
    public float[] image() {
      if (!open.contains(this)) {
        throw new IllegalStateException("closed");
      }
      return x.clone();
    }

    @Override
    public void close() {
      open.remove(this);
    }
  }

  @Override
  public Optional<Group> group(ForwardOperator operator, Optional<LearnedEstimate> learned) {
    return Optional.of(new Kind(operator.kind(), learned));
  }

  @Override
  public boolean wanted(Group group, int rows) {
    return wanted;
  }

  @Override
  public synchronized void took(Group group, int rows, boolean composed, long nanos) {
    took.add((composed ? "composed " : "apart ") + rows);
  }

  @Override
  public Optional<State> open(
      Group group, BoundMeasurement measurement, CounterNoise noise, float[] x) {
    if (open.size() >= room) {
      return Optional.empty();
    }
    var state = new Kept(group, measurement, noise, x);
    open.add(state);
    return Optional.of(state);
  }

  @Override
  public boolean[] step(Group group, List<Row> rows, int padded) {
    before.accept(rows);
    synchronized (this) {
      sizes.add(rows.size());
    }
    var finite = new boolean[rows.size()];
    for (int i = 0; i < finite.length; i++) {
      if (!((Kept) rows.get(i).state()).group.equals(group)) {
        throw new AssertionError("a row of another group");
      }
      finite[i] = step(rows.get(i));
    }
    return finite;
  }

  private boolean step(Row row) {
    var state = (Kept) row.state();
    float[] x = state.image();
    var step = row.step();
    float[] estimate =
        DdimStep.clean(x, exact.predictNoise(x, new int[] {row.t()}), step.alphaBar());
    for (int i = 0; i < x.length; i++) {
      estimate[i] = Math.max(-1, Math.min(1, estimate[i]));
    }
    var asked = new ProximalPoints.Row(state.measurement, estimate, row.rho());
    float[] point = ProximalPoints.of(List.of(asked))[0];
    var z = new float[x.length];
    state.noise.fill(z, row.t());
    double keep = step.predicted() / Math.sqrt(1 - step.alphaBar());
    double move = Math.sqrt(step.targetAlphaBar()) - keep * Math.sqrt(step.alphaBar());
    boolean finite = true;
    for (int i = 0; i < x.length; i++) {
      state.x[i] = (float) (keep * x[i] + move * point[i] + step.fresh() * z[i]);
      finite &= Float.isFinite(state.x[i]);
    }
    return finite;
  }

  /** Spoils what it holds of a row. */
  static void spoil(Row row) {
    ((Kept) row.state()).x[0] = Float.NaN;
  }

  /** What makes the conditional estimate of a row. */
  static Optional<LearnedEstimate> learned(Row row) {
    return ((Kind) ((Kept) row.state()).group).learned();
  }

  /** The name of the operator of a row. */
  static String kind(Row row) {
    return ((Kept) row.state()).measurement.operator().kind();
  }

  @Override
  public Optional<ComposedSteps> composedSteps() {
    return Optional.of(this);
  }

  @Override
  public float[] predictNoise(float[] xt, int[] timesteps) {
    alone.incrementAndGet();
    return exact.predictNoise(xt, timesteps);
  }
}
