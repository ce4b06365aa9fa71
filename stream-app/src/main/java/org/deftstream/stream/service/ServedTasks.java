package org.deftstream.stream.service;

import java.time.Duration;
import org.deftstream.deft.engine.Engine;
import org.deftstream.stream.control.ControlPlane;
import org.deftstream.stream.control.TaskRegistry;

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

  /** The control plane as the service sees it; closed with it. */
  static ServedTasks of(ControlPlane plane) {
    return new ServedTasks() {
      @Override
      public TaskRegistry registry() {
        return plane;
      }

      @Override
      public boolean awaitReady(Duration wait) {
        plane.awaitReady(wait);
        return true;
      }

      @Override
      public void close() {
        plane.close();
      }
    };
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
