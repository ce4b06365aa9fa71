package org.deftstream.service.control;

import java.util.Optional;

/**
 * The tasks that this instance serves. Thread-safe; {@link #acquire} takes no lock that a load or a
 * swap holds, so it never waits for one.
 */
public interface TaskRegistry {
  /**
   * Leases the method that serves one measurement. The choice is made once, here: whatever is
   * activated later, the measurement is finished with the method leased for it. The holder closes
   * the lease when its reconstruction is complete, failed or cancelled.
   *
   * @param task the task's name, for example {@code head-ct-64/ct-sparse-20}
   * @param measurementId decides, by its hash alone, whether the measurement goes to a canary; so
   *     the same measurement always takes the same side
   * @param pinnedAdapterId an adapter that must serve this measurement, stable, canary or kept for
   *     rollback; empty to let the control plane choose
   * @throws UnknownTaskException if the task is not served; the message names those that are
   * @throws UnknownAdapterException if the pinned adapter is not loaded for the task; the message
   *     names those that are
   */
  ServingMethod acquire(String task, String measurementId, Optional<String> pinnedAdapterId);
}
