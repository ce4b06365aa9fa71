package org.deftstream.service.control;

import java.util.Optional;
import java.util.concurrent.Executor;
import org.deftstream.deft.task.Task;
import org.deftstream.messaging.control.GuardSettings;

/**
 * Makes the guard of each trial, and ends a trial that the guard objects to: first here, at once,
 * then in the control record, for all instances. Until the record has changed the adapter stays
 * loaded, for records that pin it. Belongs to the control thread.
 */
final class CanaryResults {
  private final GuardSettings settings;
  private final TaskTable table;
  private final RoutingUpdater updater;
  private final Executor later;
  private final CanaryRollback ender;

  /**
   * Trials.
   *
   * @param later runs tasks on the control thread, never at once
   */
  CanaryResults(
      GuardSettings settings,
      TaskTable table,
      RoutingUpdater updater,
      Executor later,
      CanaryRollback ender) {
    this.settings = settings;
    this.table = table;
    this.updater = updater;
    this.later = later;
    this.ender = ender;
  }

  /** A guard for a trial that begins. */
  CanaryGuard begin(Task task, LoadedAdapter canary) {
    var guard = new CanaryGuard[1];
    guard[0] =
        new CanaryGuard(
            settings,
            ResidualRange.of(canary.manifest().validation(), canary.sampler(task).describe()),
            reason -> later.execute(() -> end(task.name(), canary.id(), guard[0], reason)));
    return guard[0];
  }

  private void end(String task, String adapterId, CanaryGuard guard, String reason) {
    var routing = table.routing(task).filter(now -> now.guard().filter(guard::equals).isPresent());
    if (routing.isEmpty()) {
      return;
    }
    updater.flip(routing.get().withoutCanary());
    updater.refuse(
        task,
        Optional.of(adapterId),
        "canary " + adapterId + " was rolled back by the serve-time guard: " + reason);
    ender.end(task, adapterId, reason);
  }
}
