package org.deftstream.service.control;

/**
 * Takes a canary out of its task's control record, so that all instances end its trial.
 * Thread-safe; closed by its owner.
 */
@FunctionalInterface
public interface CanaryRollback extends AutoCloseable {
  /** Changes no record: the trial ends on this instance alone. */
  CanaryRollback NONE = (task, adapterId, reason) -> {};

  /**
   * Begins to change the record and returns at once. A record that names another canary by now, or
   * none, is left as it is.
   *
   * @param task the task
   * @param adapterId the canary
   * @param reason why, for people
   */
  void end(String task, String adapterId, String reason);

  @Override
  default void close() {}
}
