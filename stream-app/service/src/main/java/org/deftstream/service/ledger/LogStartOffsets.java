package org.deftstream.service.ledger;

import java.util.concurrent.CompletableFuture;

/** Asks where the log of a source partition begins: what lies below was deleted. Thread-safe. */
@FunctionalInterface
public interface LogStartOffsets {
  /**
   * Asks and returns at once.
   *
   * @param partition the source partition
   * @return completes with the log's first offset, or exceptionally if nobody answered
   */
  CompletableFuture<Long> ask(int partition);
}
