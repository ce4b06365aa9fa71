package org.deftstream.service.control;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.deftstream.deft.engine.Engine;

/**
 * What decides how measurements are served, with a life of its own: the control plane. Thread-safe;
 * owned and closed by the service.
 */
public interface ServedTasks extends AutoCloseable {
  /** The tasks that are served. */
  TaskRegistry registry();

  /**
   * Waits until everything that is to be served is loaded.
   *
   * @param wait how long to wait
   * @return whether it is loaded
   * @throws org.deftstream.deft.UserError in one line, if it cannot be
   */
  boolean awaitReady(Duration wait);

  @Override
  void close();

  /** Whether everything that was to be served at the start is loaded or refused. */
  default boolean ready() {
    return true;
  }

  /** What ended it, if it died: what is served stays, and changes no more. */
  default Optional<Throwable> failure() {
    return Optional.empty();
  }

  /** How every task is served at this moment. */
  default List<TaskView> views() {
    return List.of();
  }

  /** What is asked of every task, how it is served and how it came to that. */
  default List<TaskStatus> statuses() {
    return List.of();
  }

  /** What went wrong with adapters since the start. */
  default ControlCounts counts() {
    return ControlCounts.NONE;
  }

  /** Opens it. */
  @FunctionalInterface
  interface Factory {
    /**
     * Begins to load and returns.
     *
     * @param engine the engine that will run what is loaded, for warming up
     */
    ServedTasks open(Engine engine);
  }
}
