package org.deftstream.messaging.control;

import org.deftstream.schemas.avro.AdapterControl;

/**
 * A control record that was published.
 *
 * @param state what it asks for; for a task that was retired, the state of a task of which nothing
 *     was asked yet
 * @param offset where it lies in its partition of the control topic: reports that answer it name
 *     this offset or a later one
 */
public record Published(AdapterControl state, long offset) {}
