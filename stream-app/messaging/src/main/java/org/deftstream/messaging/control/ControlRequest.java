package org.deftstream.messaging.control;

import java.util.Optional;
import org.deftstream.schemas.avro.AdapterControl;

/**
 * What a record of the control topic asks for.
 *
 * @param task the record's key
 * @param offset where the record lies in its partition
 * @param state the desired state; empty retires the task
 * @param error why the record cannot be read, if so; {@code state} is then empty
 */
public record ControlRequest(
    String task, long offset, Optional<AdapterControl> state, Optional<String> error) {}
