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
 * Works on a batch of regions: the prior once over all of them; then, for every trajectory whose
 * image is complete by that, its h-transform and its update. Used by the engine's thread alone.
 * What the host does for each trajectory is spread over the common pool, and the fresh noise is
 * drawn while the prior is evaluated: for a full batch it takes about as long as the prior on a
 * fast device.
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

  StepExecutor(BatchLimits limits, Counters counters, int failureLimit) {
    this.limits = limits;
    priorCall = new PriorCall(counters, failureLimit);
    correctionCall = new CorrectionCall(counters);
  }

  /**
   * Works on a batch.
   *
   * @param batch regions of one prior and one shape, at least one
   * @return the trajectories that were taken a step further or failed; the others wait for the rest
   *     of their regions
   * @throws EngineBrokenException if no further step makes sense; so does any {@link Error}
   */
  List<Stepped> step(List<Region> batch) {
    var touched = new LinkedHashSet<Trajectory>();
    batch.forEach(region -> touched.add(region.trajectory()));
    touched.parallelStream().forEach(Trajectory::begin);
    var rows = rowsFor(touched.stream().filter(Trajectory::allTaken).toList());
    try {
      return step(batch, rows);
    } finally {
      rows.forEach(Row::clear);
      priorCall.with(null, null, null);
      correctionCall.with(null);
    }
  }

  private List<Stepped> step(List<Region> batch, List<Row> rows) {
    var noise =
        ForkJoinPool.commonPool().submit(() -> rows.parallelStream().forEach(Row::drawNoise));
    var job = batch.get(0).trajectory().job();
    var prior = job.request().prior();
    var limit = limits.of(prior);
    try {
      priorIsolation.run(batch, limit, priorCall.with(prior, job.row(), limit));
    } finally {
      noise.join();
    }
    var stepped = new ArrayList<Stepped>();
    priorCall.failures().forEach((trajectory, e) -> stepped.add(new Stepped(trajectory, e)));
    var complete =
        rows.stream().filter(r -> !priorCall.failures().containsKey(r.trajectory())).toList();
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
                          transformIsolation.run(group, limit, correctionCall.with(transform))));
    } finally {
      groups.clear();
    }
    complete.parallelStream().filter(row -> row.failure() == null).forEach(Row::update);
    complete.forEach(row -> stepped.add(new Stepped(row.trajectory(), row.failure())));
    return stepped;
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
