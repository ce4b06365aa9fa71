/**
 * Puts adapters on the control topic: weights, manifest and desired state in one Kafka transaction.
 * Used by the trainer when a candidate has won, and by people through {@code deftstream adapters}.
 */
package org.deftstream.messaging.control;
