package org.deftstream.service.ledger;

/** What waits in a ledger for its turn to leave. Confined to the task's stream thread. */
interface LedgerRecord {
  /** What is stored of it. */
  LedgerEntry entry();

  /** Whether it can leave. */
  boolean done();

  /**
   * Leaves, in the running transaction; only when done.
   *
   * @throws BrokenServiceException if it cannot be said how: nothing left
   */
  void leave(RecordCollector collector, LedgerStatistics statistics);

  /** Forgets it, and gives everything back. */
  void abandon();
}
