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
 * over all of them, by whichever thread waits for the device; and {@link #complete}, for every
 * trajectory whose image is complete by that its h-transform and its update. One executor works on
 * one batch at a time; of two, one may complete its batch while the prior is evaluated for the
 * other's. What the host does for each trajectory is spread over the common pool, and the fresh
 * noise is drawn while the prior is evaluated.
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
  private final PriorCall priorCall;
  private final CorrectionCall correctionCall;
  private final Map<Integer, List<Row>> rowsOfSize = new HashMap<>();
  private final Map<HTransform, Map<ImageShape, List<Row>>> groups = new IdentityHashMap<>();
  private List<Region> batch = List.of();
  private List<Row> rows = List.of();

  StepExecutor(BatchLimits limits, Counters counters, PriorCall priorCall) {
    this.limits = limits;
    this.priorCall = priorCall;
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
    touched.parallelStream().forEach(Trajectory::begin);
    rows = rowsFor(touched.stream().filter(Trajectory::allTaken).toList());
    var job = batch.get(0).trajectory().job();
    priorCall.with(job.request().prior(), job.row(), limits.of(job.request().prior()));
  }

  /**
   * Evaluates the prior over the regions.
   *
   * @throws EngineBrokenException if no further step makes sense; so does any {@link Error}
   */
  void predict() {
    var drawn = rows;
    var noise =
        ForkJoinPool.commonPool().submit(() -> drawn.parallelStream().forEach(Row::drawNoise));
    try {
      priorIsolation.run(batch, limit(), priorCall);
    } finally {
      noise.join();
    }
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
      if (row.trajectory().job().ended()) {
        // It may lack regions of the batch before, and nobody waits for it.
        stepped.add(new Stepped(row.trajectory(), null));
      } else if (!priorCall.failures().containsKey(row.trajectory())) {
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

  /** Forgets the batch, so that nothing of a finished job is held. */
  void clear() {
    rows.forEach(Row::clear);
    rows = List.of();
    batch = List.of();
    priorCall.with(null, null, null);
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
