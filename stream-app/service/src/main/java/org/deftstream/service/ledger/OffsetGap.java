package org.deftstream.service.ledger;

import java.time.Duration;
import java.util.NavigableSet;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.deftstream.service.ledger.LedgerStatistics.Counter;
import org.deftstream.service.ledger.RejectedRecordException.Stage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Offsets that were passed over: the next consumed record lay beyond them. Most of the time they
 * held the marks of transactions, and nothing is missing. But what lies below the start of the log
 * was deleted before it was consumed, and leaves as dead letters, and so does what an operator had
 * passed over. Kafka does not tell what a deleted offset held, so each counts as a record.
 *
 * <p>The start of the log is asked for without waiting; until it is known, nothing behind leaves.
 */
final class OffsetGap implements LedgerRecord {
  private static final Logger log = LoggerFactory.getLogger(OffsetGap.class);

  /** More than this leave as one letter that names the range: a transaction has an end. */
  static final long MOST_LETTERS = 10_000;

  /** A question without an answer is repeated after this time. */
  static final Duration RETRY = Duration.ofMillis(500);

  private final LedgerEntry entry;
  private final Supplier<CompletableFuture<Long>> logStart;
  private final Supplier<NavigableSet<Long>> skipped;
  private CompletableFuture<Long> start;
  private long askedAt;

  /**
   * Asks where the log begins.
   *
   * @param entry the offsets
   * @param logStart asks
   * @param skipped what an operator had passed over, as known when the log's start is
   */
  OffsetGap(
      LedgerEntry entry,
      Supplier<CompletableFuture<Long>> logStart,
      Supplier<NavigableSet<Long>> skipped) {
    this.entry = entry;
    this.logStart = logStart;
    this.skipped = skipped;
    ask();
  }

  private void ask() {
    askedAt = System.nanoTime();
    try {
      start = logStart.get();
    } catch (RuntimeException e) {
      start = CompletableFuture.failedFuture(e);
    }
  }

  @Override
  public LedgerEntry entry() {
    return entry;
  }

  @Override
  public boolean done() {
    if (start.isCompletedExceptionally() && System.nanoTime() - askedAt >= RETRY.toNanos()) {
      log.warn("where the log begins could not be learned, asking again");
      ask();
    }
    return start.isDone() && !start.isCompletedExceptionally();
  }

  @Override
  public void leave(RecordCollector collector, LedgerStatistics statistics) {
    long begins = start.join();
    long end = Math.max(entry.offset(), Math.min(begins, entry.next()));
    leaveDeleted(end, collector, statistics);
    leaveSkipped(end, collector, statistics);
  }

  private void leaveSkipped(long from, RecordCollector collector, LedgerStatistics statistics) {
    for (long offset : skipped.get().subSet(from, entry.next())) {
      var reason =
          new RejectedRecordException(
              Stage.ADMIT,
              "Skipped",
              "an operator had this record passed over, because it could not be read");
      collector.deadLetter(offset, null, reason);
      statistics.countDeadLetter(reason.errorClass());
    }
  }

  private void leaveDeleted(long end, RecordCollector collector, LedgerStatistics statistics) {
    long begins = start.join();
    long first = entry.offset();
    if (end <= first) {
      return;
    }
    log.warn("offsets {} to {} were deleted before they were consumed", first, end - 1);
    statistics.add(Counter.GONE, end - first);
    var reason = ParkedRecords.gone("was not consumed", "the log begins at offset " + begins);
    if (end - first > MOST_LETTERS) {
      collector.deadLetters(first, end - 1, reason);
      statistics.countDeadLetter(reason.errorClass());
      return;
    }
    for (long offset = first; offset < end; offset++) {
      collector.deadLetter(offset, null, reason);
      statistics.countDeadLetter(reason.errorClass());
    }
  }

  @Override
  public void abandon() {}
}
