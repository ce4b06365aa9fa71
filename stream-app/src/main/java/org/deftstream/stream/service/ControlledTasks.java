package org.deftstream.stream.service;

import java.time.Duration;
import java.util.Collection;
import org.deftstream.deft.UserError;
import org.deftstream.deft.adapter.AdapterNetworks;
import org.deftstream.deft.task.Task;
import org.deftstream.stream.control.ControlPlane;
import org.deftstream.stream.control.ControlSettings;
import org.deftstream.stream.control.PriorCatalog;
import org.deftstream.stream.control.TaskRegistry;

/** Tasks that are served as the control topic asks for. Thread-safe. */
public final class ControlledTasks implements ServedTasks {
  private final ControlPlane plane;

  private ControlledTasks(ControlPlane plane) {
    this.plane = plane;
  }

  /**
   * Opens a control plane when the service starts, and closes it with the service.
   *
   * @param tasks tasks that the instance ships
   * @param priors borrowed; closed by the caller after the service
   * @param networks evaluates adapters
   */
  public static ServedTasks.Factory factory(
      ControlSettings settings,
      Collection<Task> tasks,
      PriorCatalog priors,
      AdapterNetworks networks) {
    return engine -> new ControlledTasks(ControlPlane.start(settings, tasks, priors, networks));
  }

  @Override
  public TaskRegistry registry() {
    return plane;
  }

  /**
   * {@inheritDoc}
   *
   * @throws UserError that says why, instead of false
   */
  @Override
  public boolean awaitReady(Duration wait) {
    plane.awaitReady(wait);
    return plane.ready();
  }

  @Override
  public void close() {
    plane.close();
  }
}
