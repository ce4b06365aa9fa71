package org.deftstream.deft.engine;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.deftstream.deft.htransform.HTransform;
import org.deftstream.deft.prior.Prior;

/**
 * Decides which trajectories step next. Plain bookkeeping without clock, thread or network; used by
 * one thread.
 *
 * <p>The rules:
 *
 * <ul>
 *   <li>A batch belongs to one prior: of those with work the one that has had the least time, in
 *       turn if they had the same. So a prior that is slow costs the others no more than their
 *       share. One that comes anew starts level with the least.
 *   <li>Within a prior every h-transform has a lane. The lanes give one trajectory each, round and
 *       round, until the batch is full; the next batch goes on where this one stopped. So a lane
 *       with work gets at least its share of the rows, however much the others have, and rows that
 *       one lane cannot use go to the rest.
 *   <li>Within a lane the order is priority, deadline, arrival, sample. What has begun is therefore
 *       finished first, unless something more urgent has come.
 *   <li>At most {@code slots} trajectories have begun at any time. When all slots are taken, only
 *       those that have begun are stepped.
 * </ul>
 */
final class BatchPlanner {
  private final int slots;
  private final Map<Prior, Lanes> lanesOfPrior = new IdentityHashMap<>();
  private final ArrayDeque<Lanes> turns = new ArrayDeque<>();
  private int inFlight;
  private int waiting;

  /** The lanes of one prior, and whose turn it is. */
  private static final class Lanes {
    final Map<HTransform, Lane> byTransform = new IdentityHashMap<>();
    final ArrayDeque<Lane> turns = new ArrayDeque<>();
    long spentNanos;
  }

  BatchPlanner(int slots) {
    this.slots = slots;
  }

  /** Adds all trajectories of a job; they wait. */
  void add(Job job) {
    var lane = laneFor(job.request());
    job.trajectories().forEach(lane::addWaiting);
    waiting += job.trajectories().size();
  }

  /** Removes whatever is left of a job; nothing happens if there is nothing. */
  void remove(Job job) {
    var lane = laneOf(job.request());
    if (lane == null) {
      return;
    }
    for (var trajectory : job.trajectories()) {
      if (lane.removeBegun(trajectory)) {
        inFlight--;
      } else if (lane.removeWaiting(trajectory)) {
        waiting--;
      }
    }
    dropIfEmpty(job.request(), lane);
  }

  /** Removes a trajectory that took its last step. */
  void finished(Trajectory trajectory) {
    var request = trajectory.job().request();
    var lane = laneOf(request);
    if (lane != null && lane.removeBegun(trajectory)) {
      inFlight--;
      dropIfEmpty(request, lane);
    }
  }

  /**
   * The trajectories that step next; they count as begun from now on.
   *
   * @param limit most trajectories, at least 1
   * @return trajectories of one prior; empty only if there is no work
   */
  List<Trajectory> next(int limit) {
    var batch = new ArrayList<Trajectory>(limit);
    var candidates = new ArrayList<>(turns);
    candidates.sort(Comparator.comparingLong(lanes -> lanes.spentNanos));
    for (var lanes : candidates) {
      fill(batch, lanes, limit);
      if (!batch.isEmpty()) {
        turns.remove(lanes);
        turns.addLast(lanes);
        break;
      }
    }
    return batch;
  }

  /** Notes how long a batch that {@link #next} returned has taken, before its rows are settled. */
  void took(List<Trajectory> batch, long nanos) {
    lanesOfPrior.get(batch.get(0).job().request().prior()).spentNanos += nanos;
  }

  private void fill(List<Trajectory> batch, Lanes lanes, int limit) {
    int exhausted = 0;
    while (batch.size() < limit && exhausted < lanes.turns.size()) {
      var lane = lanes.turns.pollFirst();
      lanes.turns.addLast(lane);
      boolean mayBegin = inFlight < slots;
      boolean begins = mayBegin && lane.waitingIsFirst();
      var trajectory = lane.poll(mayBegin);
      if (trajectory == null) {
        exhausted++;
        continue;
      }
      exhausted = 0;
      if (begins) {
        waiting--;
        inFlight++;
      }
      batch.add(trajectory);
    }
    for (var trajectory : batch) {
      laneOf(trajectory.job().request()).addBegun(trajectory);
    }
  }

  /** Number of trajectories that have begun and are not finished. */
  int inFlight() {
    return inFlight;
  }

  /** Number of trajectories that have not begun. */
  int waiting() {
    return waiting;
  }

  boolean isEmpty() {
    return turns.isEmpty();
  }

  private Lane laneFor(ReconstructionRequest request) {
    var lanes =
        lanesOfPrior.computeIfAbsent(
            request.prior(),
            prior -> {
              var added = new Lanes();
              added.spentNanos =
                  turns.stream().mapToLong(other -> other.spentNanos).min().orElse(0);
              turns.addLast(added);
              return added;
            });
    return lanes.byTransform.computeIfAbsent(
        request.hTransform(),
        transform -> {
          var added = new Lane();
          lanes.turns.addLast(added);
          return added;
        });
  }

  private Lane laneOf(ReconstructionRequest request) {
    var lanes = lanesOfPrior.get(request.prior());
    return lanes == null ? null : lanes.byTransform.get(request.hTransform());
  }

  /** Forgets a lane without work, so that a retired adapter is not held. */
  private void dropIfEmpty(ReconstructionRequest request, Lane lane) {
    if (!lane.isEmpty()) {
      return;
    }
    var lanes = lanesOfPrior.get(request.prior());
    lanes.byTransform.remove(request.hTransform());
    lanes.turns.remove(lane);
    if (lanes.byTransform.isEmpty()) {
      lanesOfPrior.remove(request.prior());
      turns.remove(lanes);
    }
  }
}
