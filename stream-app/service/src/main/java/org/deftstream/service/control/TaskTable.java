package org.deftstream.service.control;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * The routing of every task. Read by all stream threads, written by the control thread.
 * Thread-safe.
 */
final class TaskTable implements TaskRegistry {
  private final ConcurrentMap<String, Routing> routings = new ConcurrentHashMap<>();

  @Override
  public ServingMethod acquire(
      String task, String measurementId, Optional<String> pinnedAdapterId) {
    while (true) {
      var routing = routings.get(task);
      if (routing == null) {
        throw new UnknownTaskException(task, routings.keySet());
      }
      var adapter = routing.choose(measurementId, pinnedAdapterId);
      if (adapter.isEmpty()) {
        return new MethodLease(routing, adapter);
      }
      var leases = adapter.get().leases();
      if (leases.tryAcquire()) {
        // Only a lease that was counted while its routing stood is good: whoever replaced the
        // routing after that sees the count, and does not report the adapter as drained.
        if (routings.get(task) == routing) {
          return new MethodLease(routing, adapter);
        }
        leases.release();
      }
    }
  }

  /** The routing of a task, if it is served. */
  Optional<Routing> routing(String task) {
    return Optional.ofNullable(routings.get(task));
  }

  /** Serves a task from now on as stated. */
  void flip(Routing routing) {
    routings.put(routing.task().name(), routing);
  }

  /** Serves a task no longer. */
  void remove(String task) {
    routings.remove(task);
  }

  /** Names of the tasks that are served. */
  Set<String> tasks() {
    return Set.copyOf(routings.keySet());
  }

  /** All routings as they stand. */
  Collection<Routing> all() {
    return List.copyOf(routings.values());
  }
}
