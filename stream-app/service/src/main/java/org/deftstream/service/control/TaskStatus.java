package org.deftstream.service.control;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.deftstream.schemas.avro.AdapterControl;
import org.deftstream.schemas.avro.AdapterState;

/**
 * What is asked of a task, what an instance makes of it, and how it came to that. Immutable.
 *
 * @param task name of the task
 * @param desired the control record; empty if nothing was asked for
 * @param served how it is served; empty if it is not
 * @param history the last reports, oldest first
 */
public record TaskStatus(
    String task, Optional<AdapterControl> desired, Optional<TaskView> served, List<Event> history) {

  /**
   * A report.
   *
   * @param at when it was made
   * @param adapterId the adapter, or empty for the training-free method or the task itself
   * @param state the state that was reached
   * @param reason why, if that needs saying
   */
  public record Event(
      Instant at, Optional<String> adapterId, AdapterState state, Optional<String> reason) {}
}
