package org.deftstream.service.ledger;

import java.util.concurrent.CompletableFuture;

/** What is done with a record. Thread-safe. */
@FunctionalInterface
public interface AsyncRecordProcessor {
  /**
   * Starts work on one record and returns at once. The same record may be started again, here or on
   * another instance, after a crash or a rebalance: the answer must be the same.
   *
   * @param record the record
   * @param room on the heap, to be resized when it is known what the work needs
   * @return completes with the value to publish. Completes exceptionally with {@link
   *     RejectedRecordException} (or any other exception) if the record cannot be answered, which
   *     makes it a dead letter; with {@link PostponedException} if it cannot be worked on now; with
   *     {@link BrokenServiceException} or an {@link Error} if nothing can be answered any more,
   *     which stops the instance and loses nothing. Cancelling it stops the work
   */
  CompletableFuture<byte[]> start(SourceRecord record, MemoryPermit room);
}
