package org.deftstream.service.ledger;

import java.time.Duration;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.CorruptRecordException;
import org.apache.kafka.common.errors.RecordDeserializationException;

/**
 * Tells a record that cannot be read from a connection that does not work, and from a heap that is
 * full for a moment: reading fails at the same offset, with nothing else in the poll, again and
 * again over some time, and not for a reason that Kafka gives for its connections. Confined to the
 * reader's thread.
 */
final class ReadFailures {
  private static final int LEAST_FAILURES = 5;
  private static final Duration LEAST_TIME = Duration.ofSeconds(30);

  /** So Kafka's consumer says that a batch cannot be unpacked. */
  private static final String PAST_THE_RECORD = "seek past the record";

  private final long leastNanos;
  private long offset = -1;
  private int failed;
  private long since;

  ReadFailures() {
    this(LEAST_TIME);
  }

  /** With another time over which reading must have failed. */
  ReadFailures(Duration least) {
    leastNanos = least.toNanos();
  }

  /** Whether the last failure may be that of a record, so that records should be read singly. */
  boolean suspected() {
    return failed > 0;
  }

  /** A request was answered: reading works. */
  void answered() {
    failed = 0;
    offset = -1;
  }

  /**
   * Takes note of a failure.
   *
   * @param at the lowest offset that was asked for
   * @param thrown what was thrown
   * @return whether the record at this offset is given up
   */
  boolean unreadable(long at, Throwable thrown) {
    if (!ofARecord(thrown)) {
      return false;
    }
    if (at != offset) {
      offset = at;
      failed = 0;
      since = System.nanoTime();
    }
    failed++;
    return failed >= LEAST_FAILURES && System.nanoTime() - since >= leastNanos;
  }

  private static boolean ofARecord(Throwable thrown) {
    if (!(thrown instanceof KafkaException)) {
      return true;
    }
    for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
      if (cause instanceof RecordDeserializationException
          || cause instanceof CorruptRecordException
          || cause instanceof InvalidRecordException
          || String.valueOf(cause.getMessage()).contains(PAST_THE_RECORD)) {
        return true;
      }
    }
    return false;
  }
}
