package org.deftstream.stream.ledger;

import java.util.concurrent.CompletableFuture;

/**
 * One unanswered record on the heap. Confined to the task's stream thread; only the future is
 * completed by others.
 *
 * <p>It is either waiting (only its offset is known: parked, or found in the ledger) or begun (the
 * record is here, or known to be gone, and the future is its answer).
 */
final class InFlight implements Pending {
  private LedgerEntry entry;
  private SourceRecord record;
  private CompletableFuture<byte[]> answer;
  private Admission.Permit permit;

  InFlight(LedgerEntry entry) {
    this.entry = entry;
  }

  @Override
  public LedgerEntry entry() {
    return entry;
  }

  void update(LedgerEntry changed) {
    entry = changed;
  }

  long offset() {
    return entry.offset();
  }

  /** The record; null if it is gone from the source topic. */
  SourceRecord record() {
    return record;
  }

  boolean waiting() {
    return answer == null;
  }

  /** Whether the answer, or the reason why there is none, is known. */
  @Override
  public boolean done() {
    return answer != null && answer.isDone();
  }

  /** The completed future. */
  CompletableFuture<byte[]> answer() {
    return answer;
  }

  /** Begins work; the permit is given back by stages, as the work ends and as the answer leaves. */
  void begin(SourceRecord of, Admission.Permit granted, Work work) {
    record = of;
    permit = granted;
    answer = start(work, of);
    answer.whenComplete((value, error) -> granted.workDone(value == null ? 0 : value.length));
  }

  /** Gives the record up without work. */
  void reject(SourceRecord of, Admission.Permit granted, RejectedRecordException reason) {
    record = of;
    permit = granted;
    answer = CompletableFuture.failedFuture(reason);
    if (granted != null) {
      granted.workDone(0);
    }
  }

  @Override
  public void leave(Outlet outlet, LedgerStatistics statistics) {
    Departure.of(this, outlet, statistics);
    giveBack();
  }

  private void giveBack() {
    if (permit != null) {
      permit.close();
    }
  }

  /** Forgets the record: stops the work and gives everything back. */
  @Override
  public void abandon() {
    if (answer != null) {
      answer.cancel(true);
    }
    giveBack();
  }

  private static CompletableFuture<byte[]> start(Work work, SourceRecord record) {
    try {
      return work.start(record);
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }
}
