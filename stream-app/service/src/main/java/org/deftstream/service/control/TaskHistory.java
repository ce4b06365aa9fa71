package org.deftstream.service.control;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.deftstream.messaging.control.ControlRequest;
import org.deftstream.schemas.avro.AdapterControl;

/** What was asked of each task last, and the last reports on it. Thread-safe. */
final class TaskHistory {
  /** Reports that are kept of each task. */
  private static final int KEPT = 50;

  private final Map<String, AdapterControl> desired = new ConcurrentHashMap<>();
  private final Map<String, Deque<TaskStatus.Event>> events = new ConcurrentHashMap<>();

  /** A control record was read. */
  void asked(ControlRequest request) {
    if (request.state().isPresent()) {
      desired.put(request.task(), request.state().get());
    } else if (request.error().isEmpty()) {
      desired.remove(request.task());
    }
  }

  /** Something was reported. */
  void reported(StatusEvent report) {
    var kept = events.computeIfAbsent(report.task(), task -> new ArrayDeque<>());
    synchronized (kept) {
      kept.addLast(
          new TaskStatus.Event(report.at(), report.adapterId(), report.state(), report.reason()));
      if (kept.size() > KEPT) {
        kept.removeFirst();
      }
    }
  }

  /** What was asked of a task, if anything. */
  Optional<AdapterControl> desired(String task) {
    return Optional.ofNullable(desired.get(task));
  }

  /** The last reports on a task, oldest first. */
  List<TaskStatus.Event> events(String task) {
    var kept = events.get(task);
    if (kept == null) {
      return List.of();
    }
    synchronized (kept) {
      return List.copyOf(kept);
    }
  }

  /** Names of all tasks that were asked for or reported on. */
  java.util.SortedSet<String> tasks() {
    var names = new java.util.TreeSet<>(desired.keySet());
    names.addAll(events.keySet());
    return names;
  }
}
