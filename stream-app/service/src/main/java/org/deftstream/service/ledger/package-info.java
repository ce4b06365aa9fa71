/**
 * The in-flight ledger: asynchronous work on records of a source topic with exactly one answer for
 * each, in the order of their offsets, whatever dies in between.
 *
 * <p>A record's payload stays on the heap and in the source topic; what is stored, in the same
 * transaction as the consumed offset, is only which offsets are still unanswered ({@link
 * org.deftstream.service.ledger.LedgerState}). The next owner of the partition re-reads exactly
 * those ({@link org.deftstream.service.ledger.SourceReader}) and does the work again.
 *
 * <p>This package knows nothing of images, Avro or the engine: what is done with a record is a
 * {@link org.deftstream.service.ledger.AsyncRecordProcessor}. It may import Kafka's client and
 * {@code org.deftstream.deft.engine.AdmissionBudget}.
 */
package org.deftstream.service.ledger;
