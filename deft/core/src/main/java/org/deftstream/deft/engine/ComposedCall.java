package org.deftstream.deft.engine;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.deftstream.deft.prior.ComposedSteps;
import org.deftstream.deft.sampler.SamplerSettings.Solver;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes the rows of a batch a whole step further on the device ({@link ComposedSteps}), if all of
 * them can go through one call. Rows for which that fails are left where they are, to be stepped as
 * the rows of any other batch are.
 */
final class ComposedCall implements FaultIsolation.Call<Row> {
  private static final Logger LOG = LoggerFactory.getLogger(ComposedCall.class);

  private final Counters counters;
  private final DeviceStates states;
  private final Set<Trajectory> stepped = new HashSet<>();
  private ComposedSteps steps;
  private ComposedSteps.Group group;
  private BatchSizes sizes;
  private int rows;
  private boolean wanted;

  ComposedCall(Counters counters, DeviceStates states) {
    this.counters = counters;
    this.states = states;
  }

  /**
   * Looks at the next batch, whose rows must have begun.
   *
   * @param regions how many the batch has
   */
  void with(List<Row> next, int regions, BatchLimit limit) {
    clear();
    if (next.size() != regions) {
      return; // Some image has more than one region.
    }
    var prior = next.get(0).trajectory().job().request().prior();
    steps = prior.composedSteps().orElse(null);
    if (steps != null) {
      group = commonGroup(next);
      rows = next.size();
      sizes = limit.sizes();
      wanted = group != null && steps.wanted(group, rows);
    }
  }

  /** Forgets the batch. */
  void clear() {
    stepped.clear();
    steps = null;
    group = null;
    sizes = null;
    wanted = false;
  }

  /** The group of all rows; null if they have none in common. */
  private ComposedSteps.Group commonGroup(List<Row> next) {
    var groups = next.stream().map(this::group).distinct().toList();
    return groups.size() == 1 ? groups.get(0).orElse(null) : null;
  }

  private Optional<ComposedSteps.Group> group(Row row) {
    var job = row.trajectory().job();
    var request = job.request();
    boolean whole = job.regions() == 1 && job.row().equals(job.imageShape());
    return whole && request.sampler().solver() == Solver.DDIM && row.proximalWeight().isPresent()
        ? steps.group(request.measurement().operator(), request.hTransform().learnedEstimate())
        : Optional.empty();
  }

  /** Whether the batch is to be composed. */
  boolean wanted() {
    return wanted;
  }

  /** Whether a trajectory was taken a step further here, or failed in it. */
  boolean stepped(Trajectory trajectory) {
    return stepped.contains(trajectory);
  }

  /** Notes how long the whole batch took, if it went one way. */
  void took(long nanos) {
    boolean all = stepped.size() == rows;
    if (group != null && all == wanted) {
      steps.took(group, rows, all, nanos);
    }
  }

  @Override
  public void accept(List<Row> some) {
    try {
      for (var row : some) {
        if (!states.put(row.trajectory(), steps, group)) {
          return;
        }
      }
      step(some);
    } catch (OutOfDeviceMemoryException e) {
      if (some.size() > 1) {
        throw e;
      }
      LOG.debug("no memory for a composed step of one row", e);
    } catch (RuntimeException e) {
      LOG.warn("a composed step failed; {} rows go on without: {}", some.size(), e.toString());
    }
  }

  private void step(List<Row> some) {
    var asked =
        some.stream()
            .map(
                row ->
                    new ComposedSteps.Row(
                        row.trajectory().deviceState(),
                        row.trajectory().t(),
                        row.proximalWeight().orElseThrow(),
                        row.weights()))
            .toList();
    int padded = sizes.padded(some.size());
    long start = System.nanoTime();
    boolean[] finite = steps.step(group, asked, padded);
    counters.prior(padded - some.size(), System.nanoTime() - start);
    for (int i = 0; i < finite.length; i++) {
      var row = some.get(i);
      stepped.add(row.trajectory());
      row.composed(finite[i]);
      if (row.failure() == null && row.last()) {
        takeBack(row);
      }
    }
  }

  /** Moves a row's state to the host; if that fails, the row does. */
  void takeBack(Row row) {
    try {
      states.takeBack(row.trajectory());
    } catch (RuntimeException e) {
      row.fail(e);
    }
  }

  @Override
  public void failedAlone(Row row, RuntimeException cause) {
    // Nothing that a single row throws comes so far: it is left to the others.
    row.fail(cause);
  }

  @Override
  public void retrying(int some) {
    counters.retried(some);
  }
}
