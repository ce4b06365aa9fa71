package org.deftstream.deft.engine;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.deftstream.deft.prior.ComposedSteps;
import org.deftstream.deft.sampler.SamplerSettings.Solver;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes the rows of a batch a whole step further on the device ({@link ComposedSteps}), if all of
 * them can go: those of each group in a call of their own. Rows for which that fails are left where
 * they are, to be stepped as the rows of any other batch are.
 */
final class ComposedCall implements FaultIsolation.Call<Row> {
  private static final Logger LOG = LoggerFactory.getLogger(ComposedCall.class);

  private final Counters counters;
  private final DeviceStates states;
  private final Set<Trajectory> stepped = new HashSet<>();
  private ComposedSteps steps;
  private final Map<Row, ComposedSteps.Group> groups = new HashMap<>();
  private BatchSizes sizes;
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
      next.forEach(row -> group(row).ifPresent(group -> groups.put(row, group)));
      if (groups.size() < next.size()) {
        groups.clear(); // The prior has a batch to evaluate, and a full one costs it the least.
      }
      sizes = limit.sizes();
      wanted = !groups.isEmpty() && allWanted(next);
    }
  }

  private boolean allWanted(List<Row> all) {
    return byGroup(all).entrySet().stream()
        .allMatch(of -> steps.wanted(of.getKey(), of.getValue().size()));
  }

  private Map<ComposedSteps.Group, List<Row>> byGroup(List<Row> some) {
    return some.stream()
        .collect(Collectors.groupingBy(groups::get, LinkedHashMap::new, Collectors.toList()));
  }

  /** Forgets the batch. */
  void clear() {
    stepped.clear();
    groups.clear();
    steps = null;
    sizes = null;
    wanted = false;
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

  /** Notes how long the whole batch took, if it was of one group and went one way. */
  void took(long nanos) {
    var distinct = new HashSet<>(groups.values());
    boolean all = stepped.size() == groups.size();
    if (distinct.size() == 1 && all == wanted) {
      steps.took(distinct.iterator().next(), groups.size(), all, nanos);
    }
  }

  @Override
  public void accept(List<Row> some) {
    // When a call has failed, the groups before it have been stepped.
    var left = some.stream().filter(row -> !stepped(row.trajectory())).toList();
    byGroup(left).forEach(this::accept);
  }

  private void accept(ComposedSteps.Group group, List<Row> some) {
    try {
      for (var row : some) {
        if (!states.put(row.trajectory(), steps, group)) {
          return;
        }
      }
      step(group, some);
    } catch (OutOfDeviceMemoryException e) {
      if (some.size() > 1) {
        throw e;
      }
      LOG.debug("no memory for a composed step of one row", e);
    } catch (RuntimeException e) {
      LOG.warn("a composed step failed; {} rows go on without: {}", some.size(), e.toString());
    }
  }

  private void step(ComposedSteps.Group group, List<Row> some) {
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
