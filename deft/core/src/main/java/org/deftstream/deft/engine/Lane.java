package org.deftstream.deft.engine;

import java.util.TreeSet;

/**
 * The trajectories of one h-transform: those that have begun and those that wait, each in the order
 * of {@link Trajectory}. Not thread-safe.
 */
final class Lane {
  private final TreeSet<Trajectory> begun = new TreeSet<>();
  private final TreeSet<Trajectory> waiting = new TreeSet<>();

  void addWaiting(Trajectory trajectory) {
    waiting.add(trajectory);
  }

  void addBegun(Trajectory trajectory) {
    begun.add(trajectory);
  }

  /**
   * Takes out the first of those that have begun, or of all if another may begin; null if there is
   * none. Those whose regions are all under way are passed over.
   */
  Trajectory poll(boolean mayBegin) {
    if (mayBegin && waitingIsFirst()) {
      return waiting.pollFirst();
    }
    var first = firstBegun();
    if (first != null) {
      begun.remove(first);
    }
    return first;
  }

  /** The first of those that have begun and have regions left; null if there is none. */
  private Trajectory firstBegun() {
    for (var trajectory : begun) {
      if (!trajectory.allTaken()) {
        return trajectory;
      }
    }
    return null;
  }

  /** Whether there is nothing of a lower priority. */
  boolean isAsUrgentAs(int priority) {
    return (begun.isEmpty() || begun.last().job().request().priority() >= priority)
        && (waiting.isEmpty() || waiting.last().job().request().priority() >= priority);
  }

  /** Regions of those that have begun which no batch has had yet. */
  int ready() {
    return begun.stream().mapToInt(Trajectory::left).sum();
  }

  /** Those that wait, in their order. */
  Iterable<Trajectory> waiting() {
    return waiting;
  }

  /** Whether the next one that {@link #poll} takes out would begin. */
  boolean waitingIsFirst() {
    if (waiting.isEmpty()) {
      return false;
    }
    var first = firstBegun();
    return first == null || waiting.first().compareTo(first) < 0;
  }

  /** The first of those that wait; there must be one. */
  Trajectory firstWaiting() {
    return waiting.first();
  }

  boolean removeWaiting(Trajectory trajectory) {
    return waiting.remove(trajectory);
  }

  boolean removeBegun(Trajectory trajectory) {
    return begun.remove(trajectory);
  }

  boolean isEmpty() {
    return begun.isEmpty() && waiting.isEmpty();
  }
}
