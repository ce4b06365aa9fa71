package org.deftstream.deft.engine;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ForkJoinPool;
import org.deftstream.deft.htransform.HTransform;

/**
 * Takes a batch of trajectories one step further: the prior once over all rows, each h-transform
 * over its own, then the update of every row. Used by the engine's thread alone. What the host does
 * for each row is spread over the common pool, and the fresh noise is drawn while the prior is
 * evaluated: for a full batch it takes about as long as the prior on a fast device.
 *
 * <p>What a row becomes depends on its own state only: the networks treat rows independently, and
 * the fresh noise is a function of measurement, sample and step.
 */
final class StepExecutor {
  private final FaultIsolation isolation;
  private final PriorCall priorCall;
  private final CorrectionCall correctionCall;
  private final Map<Integer, List<Row>> rowsOfSize = new HashMap<>();
  private final Map<HTransform, List<Row>> groups = new IdentityHashMap<>();

  StepExecutor(BatchLimit limit, Counters counters, int failureLimit) {
    isolation = new FaultIsolation(limit);
    priorCall = new PriorCall(limit, counters, failureLimit);
    correctionCall = new CorrectionCall(counters);
  }

  /**
   * Steps a batch.
   *
   * @param batch trajectories of one prior, at least one
   * @return a row for each trajectory, in order: advanced, or with its failure; to be handed to
   *     {@link #release}
   * @throws EngineBrokenException if no further step makes sense; so does any {@link Error}
   */
  List<Row> step(List<Trajectory> batch) {
    var rows = rowsFor(batch);
    var noise =
        ForkJoinPool.commonPool().submit(() -> rows.parallelStream().forEach(Row::drawNoise));
    isolation.run(rows, priorCall.with(batch.get(0).job().request().prior()));
    for (var row : rows) {
      if (row.failure() == null) {
        groups
            .computeIfAbsent(
                row.trajectory().job().request().hTransform(), key -> new ArrayList<>())
            .add(row);
      }
    }
    noise.join();
    groups.forEach((transform, group) -> isolation.run(group, correctionCall.with(transform)));
    groups.clear();
    rows.parallelStream().filter(row -> row.failure() == null).forEach(Row::update);
    return rows;
  }

  /** Lets go of the trajectories of a step and of their networks. */
  void release(List<Row> rows) {
    rows.forEach(Row::clear);
    priorCall.with(null);
    correctionCall.with(null);
  }

  private List<Row> rowsFor(List<Trajectory> batch) {
    int size = batch.get(0).job().request().prior().imageShape().size();
    var pool = rowsOfSize.computeIfAbsent(size, key -> new ArrayList<>());
    while (pool.size() < batch.size()) {
      pool.add(new Row(size));
    }
    batch.parallelStream().forEach(Trajectory::begin);
    for (int i = 0; i < batch.size(); i++) {
      pool.get(i).assign(batch.get(i));
    }
    return pool.subList(0, batch.size());
  }
}
