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

  /** Takes out the first of those that have begun, or of all if another may begin. */
  Trajectory poll(boolean mayBegin) {
    var from = mayBegin && waitingIsFirst() ? waiting : begun;
    return from.pollFirst();
  }

  /** Whether the next one that {@link #poll} takes out would begin. */
  boolean waitingIsFirst() {
    if (waiting.isEmpty()) {
      return false;
    }
    return begun.isEmpty() || waiting.first().compareTo(begun.first()) < 0;
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
