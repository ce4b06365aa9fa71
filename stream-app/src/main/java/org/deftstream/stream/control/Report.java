package org.deftstream.stream.control;

import java.util.Optional;
import org.deftstream.schemas.avro.AdapterState;

/**
 * A transition that an instance reports. Immutable.
 *
 * @param task the task
 * @param adapterId the adapter, or empty for the training-free method or the task itself
 * @param state the state that was reached
 * @param reason why, in one sentence; always given with REFUSED
 */
record Report(
    String task, Optional<String> adapterId, AdapterState state, Optional<String> reason) {
  static Report of(String task, Optional<String> adapterId, AdapterState state) {
    return new Report(task, adapterId, state, Optional.empty());
  }
}
