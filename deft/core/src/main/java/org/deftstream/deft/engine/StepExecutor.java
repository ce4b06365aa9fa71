package org.deftstream.deft.engine;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ForkJoinPool;
import org.deftstream.deft.htransform.HTransform;
import org.deftstream.deft.image.ImageShape;

/**
 * Works on a batch of regions, in three parts: {@link #prepare}; {@link #predict}, the prior once
 * over all of them, or their whole steps if the device composes them, by whichever thread waits for
 * the device; and {@link #complete}, for every trajectory whose image is complete by that and which
 * was not taken further yet its h-transform and its update. One executor works on one batch at a
 * time; of two, one may complete its batch while the prior is evaluated for the other's. What the
 * host does for each trajectory is spread over the common pool, and the fresh noise is drawn while
 * the prior is evaluated.
 *
 * <p>What a trajectory becomes depends on its own state only: the networks treat rows
 * independently, and the fresh noise and the places of the regions are functions of measurement,
 * sample and step.
 */
final class StepExecutor {
  /** Arrays of images are kept from step to step, but not those of many different sizes. */
  private static final int KEPT_SIZES = 8;

  private static final int KEPT_VALUES = 1 << 18;

  private final BatchLimits limits;
  private final FaultIsolation<Region> priorIsolation = new FaultIsolation<>();
  private final FaultIsolation<Row> transformIsolation = new FaultIsolation<>();
  private final FaultIsolation<Row> composedIsolation = new FaultIsolation<>();
  private final DeviceStates states;
  private final ComposedCall composedCall;
  private final PriorCall priorCall;
  private final CorrectionCall correctionCall;
  private final Map<Integer, List<Row>> rowsOfSize = new HashMap<>();
  private final Map<HTransform, Map<ImageShape, List<Row>>> groups = new IdentityHashMap<>();
  private List<Region> batch = List.of();
  private List<Row> rows = List.of();

  StepExecutor(BatchLimits limits, Counters counters, PriorCall priorCall, DeviceStates states) {
    this.limits = limits;
    this.priorCall = priorCall;
    this.states = states;
    composedCall = new ComposedCall(counters, states);
    correctionCall = new CorrectionCall(counters);
  }

  /** The batch under way. */
  List<Region> batch() {
    return batch;
  }

  /**
   * Begins with a batch.
   *
   * @param next regions of one prior and one shape, at least one
   */
  void prepare(List<Region> next) {
    batch = next;
    var touched = new LinkedHashSet<Trajectory>();
    batch.forEach(region -> touched.add(region.trajectory()));
    // Only first noise is worth the other processors.
    touched.stream().filter(Trajectory::isNew).toList().parallelStream().forEach(Trajectory::begin);
    touched.forEach(Trajectory::begin);
    rows = rowsFor(touched.stream().filter(Trajectory::allTaken).toList());
    var job = batch.get(0).trajectory().job();
    priorCall.with(job.request().prior(), job.row(), limit());
    composedCall.with(rows, batch.size(), limit());
  }

  /**
   * Takes the rows whole steps further where that is composed on the device, and evaluates the
   * prior over the regions of all others.
   *
   * @throws EngineBrokenException if no further step makes sense; so does any {@link Error}
   */
  void predict() {
    if (composedCall.wanted()) {
      composedIsolation.run(rows, limit(), composedCall);
    }
    var left = rows.stream().filter(row -> !composedCall.stepped(row.trajectory())).toList();
    if (left.isEmpty() && regionsLeft().isEmpty()) {
      return;
    }
    left.forEach(composedCall::takeBack);
    var noise =
        ForkJoinPool.commonPool().submit(() -> left.parallelStream().forEach(Row::drawNoise));
    try {
      priorIsolation.run(regionsLeft(), limit(), priorCall);
    } finally {
      noise.join();
    }
  }

  private List<Region> regionsLeft() {
    return batch.stream().filter(region -> !composedCall.stepped(region.trajectory())).toList();
  }

  private BatchLimit limit() {
    return limits.of(batch.get(0).trajectory().job().request().prior());
  }

  /**
   * Takes the trajectories further whose regions are all there.
   *
   * @return the trajectories that were taken a step further or failed; the others wait for the rest
   *     of their regions
   * @throws EngineBrokenException if no further step makes sense; so does any {@link Error}
   */
  List<Stepped> complete() {
    var stepped = new ArrayList<Stepped>();
    priorCall.failures().forEach((trajectory, e) -> stepped.add(new Stepped(trajectory, e)));
    var complete = new ArrayList<Row>(rows.size());
    for (var row : rows) {
      var trajectory = row.trajectory();
      if (trajectory.job().ended()) {
        // It may lack regions of the batch before, and nobody waits for it.
        states.release(trajectory);
        stepped.add(new Stepped(trajectory, null));
      } else if (row.failure() != null) {
        states.release(trajectory);
        stepped.add(new Stepped(trajectory, row.failure()));
      } else if (composedCall.stepped(trajectory)) {
        trajectory.job().took(true);
        trajectory.advance();
        stepped.add(new Stepped(trajectory, null));
      } else if (!priorCall.failures().containsKey(trajectory)) {
        trajectory.job().took(false);
        complete.add(row);
      }
    }
    complete.parallelStream().forEach(Row::predicted);
    for (var row : complete) {
      if (row.failure() == null) {
        var of = row.trajectory().job();
        groups
            .computeIfAbsent(of.request().hTransform(), key -> new LinkedHashMap<>())
            .computeIfAbsent(of.imageShape(), key -> new ArrayList<>())
            .add(row);
      }
    }
    try {
      groups.forEach(
          (transform, shapes) ->
              shapes
                  .values()
                  .forEach(
                      group ->
                          transformIsolation.run(group, limit(), correctionCall.with(transform))));
    } finally {
      groups.clear();
    }
    complete.parallelStream().filter(row -> row.failure() == null).forEach(Row::update);
    complete.forEach(row -> stepped.add(new Stepped(row.trajectory(), row.failure())));
    return stepped;
  }

  /** Notes how long the batch took, beside none of another's. */
  void took(long nanos) {
    composedCall.took(nanos);
  }

  /** Forgets the batch, so that nothing of a finished job is held. */
  void clear() {
    rows.forEach(Row::clear);
    rows = List.of();
    batch = List.of();
    priorCall.with(null, null, null);
    composedCall.clear();
    correctionCall.with(null);
  }

  /** Rows with the arrays that a step needs, of the trajectories' sizes. */
  private List<Row> rowsFor(List<Trajectory> trajectories) {
    var used = new HashMap<Integer, Integer>();
    var rows = new ArrayList<Row>(trajectories.size());
    for (var trajectory : trajectories) {
      int size = trajectory.job().imageShape().size();
      if (size > KEPT_VALUES) {
        rows.add(new Row(size));
        rows.get(rows.size() - 1).assign(trajectory);
        continue;
      }
      if (rowsOfSize.size() >= KEPT_SIZES && !rowsOfSize.containsKey(size)) {
        rowsOfSize.clear();
        used.clear();
      }
      var pool = rowsOfSize.computeIfAbsent(size, key -> new ArrayList<>());
      int next = used.merge(size, 1, Integer::sum) - 1;
      if (next == pool.size()) {
        pool.add(new Row(size));
      }
      var row = pool.get(next);
      row.assign(trajectory);
      rows.add(row);
    }
    return rows;
  }
}
