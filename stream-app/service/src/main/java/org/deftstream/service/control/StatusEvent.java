package org.deftstream.service.control;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.deftstream.schemas.avro.AdapterState;

/**
 * A transition that an instance reports. Immutable.
 *
 * @param task the task
 * @param adapterId the adapter, or empty for the training-free method or the task itself
 * @param state the state that was reached
 * @param reason why, in one sentence; always given with REFUSED
 * @param at when it was reached
 * @param controlOffset the control record that was done or refused last; empty if there was none
 */
record StatusEvent(
    String task,
    Optional<String> adapterId,
    AdapterState state,
    Optional<String> reason,
    Instant at,
    Optional<Long> controlOffset) {

  /** A transition that is reached now. */
  static StatusEvent now(
      String task,
      Optional<String> adapterId,
      AdapterState state,
      Optional<String> reason,
      Optional<Long> controlOffset) {
    return new StatusEvent(
        task,
        adapterId,
        state,
        reason,
        Instant.now().truncatedTo(ChronoUnit.MILLIS),
        controlOffset);
  }
}
