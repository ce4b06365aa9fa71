package org.deftstream.service.ledger;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;

/**
 * One unanswered record on the heap. Confined to the task's stream thread; only the future is
 * completed by others.
 *
 * <p>It is either waiting (only its offset is known: parked, postponed, or found in the ledger) or
 * begun (the record is here, or known to be gone, and the future is its answer).
 */
final class InFlight implements LedgerRecord {
  private LedgerEntry entry;
  private SourceRecord record;
  private CompletableFuture<byte[]> answer;
  private AdmissionController.Permit permit;
  private boolean postponed;
  private long neededBytes;
  private long notBefore = System.nanoTime();

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
    return answer != null && answer.isDone() && postponement() == null;
  }

  /** Whether its work was begun and put off, and has not come to an end since. */
  boolean postponed() {
    return postponed && !done();
  }

  /** Whether nothing may run beside it, because it may be what ended a process. */
  boolean runsAlone() {
    return entry.aloneRuns() > 0;
  }

  /** Whether it holds room for the record or its answer. */
  boolean holdsRoom() {
    return permit != null;
  }

  /** Whether it may be read now. */
  boolean due() {
    return System.nanoTime() - notBefore >= 0;
  }

  /** Bytes of the budget that its work is known to need, or 0. */
  long neededBytes() {
    return neededBytes;
  }

  /** The completed future. */
  CompletableFuture<byte[]> answer() {
    return answer;
  }

  /**
   * Begins work; the permit is given back by stages, as the work ends and as the answer leaves, and
   * at once if the work is postponed.
   *
   * @param onPostponed told, by any thread, that {@link #putBack} is due
   */
  void begin(
      SourceRecord of,
      AdmissionController.Permit granted,
      AsyncRecordProcessor work,
      Consumer<InFlight> onPostponed) {
    record = of;
    permit = granted;
    answer =
        of.refusal()
            .<CompletableFuture<byte[]>>map(CompletableFuture::failedFuture)
            .orElseGet(() -> start(work, of, granted));
    answer.whenComplete(
        (value, error) -> {
          if (postponement(error) == null) {
            granted.workDone(value == null ? 0 : value.length);
          } else {
            granted.close();
            onPostponed.accept(this);
          }
        });
  }

  /**
   * From begun to waiting: forgets the record, which is read again later.
   *
   * @param pause how much later, if its work was put off
   */
  void putBack(Duration pause) {
    var reason = postponement();
    if (reason != null) {
      postponed = true;
      neededBytes = reason.bytes();
      notBefore = System.nanoTime() + pause.toNanos();
    }
    abandon();
    record = null;
    answer = null;
    permit = null;
  }

  private PostponedException postponement() {
    if (answer == null || !answer.isCompletedExceptionally() || answer.isCancelled()) {
      return null;
    }
    return postponement(answer.handle((value, error) -> error).join());
  }

  private static PostponedException postponement(Throwable thrown) {
    Throwable cause = thrown;
    while (cause instanceof CompletionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause instanceof PostponedException reason ? reason : null;
  }

  /** Gives the record up without work. */
  void reject(SourceRecord of, AdmissionController.Permit granted, RejectedRecordException reason) {
    record = of;
    permit = granted;
    answer = CompletableFuture.failedFuture(reason);
    if (granted != null) {
      granted.workDone(0);
    }
  }

  @Override
  public void leave(RecordCollector collector, LedgerStatistics statistics) {
    RecordCompletion.of(this, collector, statistics);
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

  private static CompletableFuture<byte[]> start(
      AsyncRecordProcessor work, SourceRecord record, MemoryPermit room) {
    try {
      return work.start(record, room);
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }
}
