package org.deftstream.service;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.deftstream.deft.UserError;
import org.deftstream.deft.adapter.AdapterNetworks;
import org.deftstream.deft.task.Task;
import org.deftstream.messaging.control.ControlSettings;
import org.deftstream.service.control.CanaryRollback;
import org.deftstream.service.control.ControlPlane;
import org.deftstream.service.control.PriorCatalog;
import org.deftstream.service.control.TaskRegistry;
import org.deftstream.service.control.TaskStatus;
import org.deftstream.service.control.TaskView;

/** Tasks that are served as the control topic asks for. Thread-safe. */
public final class ControlledTasks implements ServedTasks {
  private final ControlPlane plane;

  /** Takes over a control plane. */
  public ControlledTasks(ControlPlane plane) {
    this.plane = plane;
  }

  /**
   * Opens a control plane when the service starts, and closes it with the service. A canary that
   * misbehaves ends on this instance alone.
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
    return engine ->
        new ControlledTasks(
            ControlPlane.start(settings, tasks, priors, networks, CanaryRollback.NONE));
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
  public boolean ready() {
    return plane.ready();
  }

  @Override
  public Optional<Throwable> failure() {
    return plane.failure();
  }

  @Override
  public List<TaskView> views() {
    return plane.tasks();
  }

  @Override
  public List<TaskStatus> statuses() {
    return plane.statuses();
  }

  @Override
  public void close() {
    plane.close();
  }
}
