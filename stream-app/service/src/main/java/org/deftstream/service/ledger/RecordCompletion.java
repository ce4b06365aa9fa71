package org.deftstream.service.ledger;

import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import org.deftstream.service.ledger.LedgerStatistics.Counter;
import org.deftstream.service.ledger.RejectedRecordException.Stage;

/** How a record leaves: as an answer, as a dead letter, or not at all because the service broke. */
final class RecordCompletion {
  private RecordCompletion() {}

  /**
   * Lets out a record whose answer is known.
   *
   * @throws BrokenServiceException if it says nothing about the record: nothing was let out
   */
  static void of(InFlight done, RecordCollector collector, LedgerStatistics statistics) {
    try {
      collector.answer(done.record(), done.answer().join());
      statistics.count(Counter.ANSWERED);
    } catch (CompletionException | CancellationException | RejectedRecordException e) {
      var reason = reason(e);
      collector.deadLetter(done.offset(), done.record(), reason);
      statistics.countDeadLetter(reason.errorClass());
    }
  }

  /**
   * Why a record cannot be answered.
   *
   * @throws BrokenServiceException if what was thrown says nothing about the record
   */
  static RejectedRecordException reason(RuntimeException thrown) {
    Throwable cause = thrown;
    while (cause instanceof CompletionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    if (cause instanceof RejectedRecordException rejected) {
      return rejected;
    }
    if (cause instanceof BrokenServiceException broken) {
      throw broken;
    }
    if (cause instanceof CancellationException || cause instanceof Error) {
      throw new BrokenServiceException("work was ended from outside: " + cause, cause);
    }
    String message = cause.getMessage() == null ? cause.toString() : cause.getMessage();
    return new RejectedRecordException(
        Stage.COMPUTE, cause.getClass().getSimpleName(), message, cause);
  }
}
