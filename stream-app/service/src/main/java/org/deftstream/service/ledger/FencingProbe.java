package org.deftstream.service.ledger;

import java.util.concurrent.CompletableFuture;

/** Puts an empty record on a partition of the probe topic. Thread-safe. */
@FunctionalInterface
public interface FencingProbe {
  /**
   * Sends one probe and returns at once.
   *
   * @param partition the partition, the same number as the source partition
   * @return completes when the broker has it, or exceptionally if it could not be sent
   */
  CompletableFuture<?> send(int partition);
}
