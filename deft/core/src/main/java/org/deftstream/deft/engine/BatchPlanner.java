package org.deftstream.deft.engine;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.function.ToIntBiFunction;
import org.deftstream.deft.htransform.HTransform;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.prior.Prior;

/**
 * Decides what the next batch holds. Plain bookkeeping without clock, thread or network; used by
 * one thread.
 *
 * <p>The rules:
 *
 * <ul>
 *   <li>A batch belongs to one prior and one shape of its rows: of those with work the one that has
 *       had the least time, in turn if they had the same. So a prior that is slow costs the others
 *       no more than their share. One that comes anew starts level with the least.
 *   <li>Within a prior every h-transform has a lane for each class of image sizes (a class is four
 *       times as many regions as the one before). The lanes give one region each, round and round,
 *       until the batch is full; the next batch goes on where this one stopped. So a lane with work
 *       gets at least its share of the rows, however much the others have and however large their
 *       images are, and rows that one lane cannot use go to the rest.
 *   <li>What is under way is passed over, so that another batch may be planned beside it.
 *   <li>Within a lane the order is priority, deadline, arrival, sample. What has begun is therefore
 *       finished first, unless something more urgent has come. An image of more regions than a
 *       batch has rows goes through several batches.
 *   <li>At most {@code slots} trajectories have begun at any time, and their images take at most
 *       {@code bytes}; a single one may take more. When there is no room, only those that have
 *       begun are stepped.
 * </ul>
 */
final class BatchPlanner {
  private final int slots;
  private final long bytes;
  private final Map<Prior, Map<ImageShape, Lanes>> lanesOfPrior = new IdentityHashMap<>();
  private final ArrayDeque<Lanes> turns = new ArrayDeque<>();
  private int inFlight;
  private long inFlightBytes;
  private int waiting;

  /** The lanes of one prior and one shape of rows, and whose turn it is. */
  private static final class Lanes {
    final Prior prior;
    final ImageShape row;
    final Map<HTransform, Map<Integer, Lane>> byTransform = new IdentityHashMap<>();
    final ArrayDeque<Lane> turns = new ArrayDeque<>();
    long spentNanos;

    Lanes(Prior prior, ImageShape row) {
      this.prior = prior;
      this.row = row;
    }
  }

  BatchPlanner(int slots, long bytes) {
    this.slots = slots;
    this.bytes = bytes;
  }

  /** Adds all trajectories of a job; they wait. */
  void add(Job job) {
    var lane = laneFor(job);
    job.trajectories().forEach(lane::addWaiting);
    waiting += job.trajectories().size();
  }

  /** Removes whatever is left of a job; nothing happens if there is nothing. */
  void remove(Job job) {
    var lane = laneOf(job);
    if (lane == null) {
      return;
    }
    for (var trajectory : job.trajectories()) {
      if (lane.removeBegun(trajectory)) {
        ended(job);
      } else if (lane.removeWaiting(trajectory)) {
        waiting--;
      }
    }
    dropIfEmpty(job, lane);
  }

  /** Removes a trajectory that took its last step. */
  void finished(Trajectory trajectory) {
    var lane = laneOf(trajectory.job());
    if (lane != null && lane.removeBegun(trajectory)) {
      ended(trajectory.job());
      dropIfEmpty(trajectory.job(), lane);
    }
  }

  private void ended(Job job) {
    inFlight--;
    inFlightBytes -= job.stateBytes();
  }

  /**
   * The regions of the next batch; their trajectories count as begun from now on.
   *
   * @param limit most rows of a prior and a shape, at least 1
   * @return regions of one prior and one shape of rows; empty only if there is no work
   */
  List<Region> next(ToIntBiFunction<Prior, ImageShape> limit) {
    return next(limit, false);
  }

  /**
   * The regions of a batch beside one that is under way: as many as the limit allows, since fewer
   * would be worth more together with those that come back; and none where something is less
   * urgent, since the batch under way would come back later for it.
   *
   * @param priority the highest under way
   */
  List<Region> beside(int priority, ToIntBiFunction<Prior, ImageShape> limit) {
    boolean urgent =
        turns.stream().flatMap(each -> each.turns.stream()).allMatch(l -> l.isAsUrgentAs(priority));
    return urgent ? next(limit, true) : List.of();
  }

  private List<Region> next(ToIntBiFunction<Prior, ImageShape> limit, boolean full) {
    var candidates = new ArrayList<>(turns);
    candidates.sort(Comparator.comparingLong(lanes -> lanes.spentNanos));
    for (var lanes : candidates) {
      int most = limit.applyAsInt(lanes.prior, lanes.row);
      var batch = full && !fills(lanes, most) ? List.<Region>of() : fill(lanes, most);
      if (!batch.isEmpty()) {
        turns.remove(lanes);
        turns.addLast(lanes);
        return batch;
      }
    }
    return List.of();
  }

  /** Whether there are so many regions of what has begun and of what may begin. */
  private boolean fills(Lanes lanes, int rows) {
    int begin = 0;
    long beginBytes = 0;
    long found = lanes.turns.stream().mapToLong(Lane::ready).sum();
    for (var lane : lanes.turns) {
      for (var trajectory : lane.waiting()) {
        long more = trajectory.job().stateBytes();
        if (found >= rows || !hasRoom(begin, beginBytes + more)) {
          break;
        }
        begin++;
        beginBytes += more;
        found += trajectory.left();
      }
    }
    return found >= rows;
  }

  /** Notes how long a batch that {@link #next} returned has taken, before its rows are settled. */
  void took(List<Region> batch, long nanos) {
    var job = batch.get(0).trajectory().job();
    var shapes = lanesOfPrior.get(job.request().prior());
    var lanes = shapes == null ? null : shapes.get(job.row());
    if (lanes != null) {
      lanes.spentNanos += nanos;
    }
  }

  private List<Region> fill(Lanes lanes, int limit) {
    var batch = new ArrayList<Region>(limit);
    var taken = new LinkedHashSet<Trajectory>();
    int exhausted = 0;
    while (batch.size() < limit && exhausted < lanes.turns.size()) {
      var lane = lanes.turns.pollFirst();
      lanes.turns.addLast(lane);
      boolean begins = lane.waitingIsFirst() && mayBegin(lane.firstWaiting().job());
      var trajectory = lane.poll(begins);
      if (trajectory == null) {
        exhausted++;
        continue;
      }
      exhausted = 0;
      if (begins) {
        waiting--;
        inFlight++;
        inFlightBytes += trajectory.job().stateBytes();
      }
      batch.add(trajectory.take());
      if (trajectory.allTaken()) {
        taken.add(trajectory);
      } else {
        lane.addBegun(trajectory);
      }
    }
    taken.forEach(trajectory -> laneOf(trajectory.job()).addBegun(trajectory));
    return batch;
  }

  private boolean mayBegin(Job job) {
    return hasRoom(0, job.stateBytes());
  }

  /** Whether one more may begin after so many, all of them together with so many bytes. */
  private boolean hasRoom(int begin, long more) {
    int begun = inFlight + begin;
    return begun < slots && (begun == 0 || inFlightBytes + more <= bytes);
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

  private Lane laneFor(Job job) {
    var prior = job.request().prior();
    var lanes =
        lanesOfPrior
            .computeIfAbsent(prior, p -> new HashMap<>())
            .computeIfAbsent(
                job.row(),
                row -> {
                  var added = new Lanes(prior, row);
                  added.spentNanos =
                      turns.stream().mapToLong(other -> other.spentNanos).min().orElse(0);
                  turns.addLast(added);
                  return added;
                });
    return lanes
        .byTransform
        .computeIfAbsent(job.request().hTransform(), transform -> new HashMap<>())
        .computeIfAbsent(
            sizeClass(job),
            size -> {
              var added = new Lane();
              lanes.turns.addLast(added);
              return added;
            });
  }

  private static int sizeClass(Job job) {
    return (Integer.SIZE - 1 - Integer.numberOfLeadingZeros(job.regions())) / 2;
  }

  private Lane laneOf(Job job) {
    var shapes = lanesOfPrior.get(job.request().prior());
    var lanes = shapes == null ? null : shapes.get(job.row());
    var classes = lanes == null ? null : lanes.byTransform.get(job.request().hTransform());
    return classes == null ? null : classes.get(sizeClass(job));
  }

  /** Forgets a lane without work, so that a retired adapter is not held. */
  private void dropIfEmpty(Job job, Lane lane) {
    if (!lane.isEmpty()) {
      return;
    }
    var request = job.request();
    var shapes = lanesOfPrior.get(request.prior());
    var lanes = shapes.get(job.row());
    var classes = lanes.byTransform.get(request.hTransform());
    classes.remove(sizeClass(job));
    lanes.turns.remove(lane);
    if (classes.isEmpty()) {
      lanes.byTransform.remove(request.hTransform());
    }
    if (lanes.turns.isEmpty()) {
      shapes.remove(job.row());
      turns.remove(lanes);
    }
    if (shapes.isEmpty()) {
      lanesOfPrior.remove(request.prior());
    }
  }
}
