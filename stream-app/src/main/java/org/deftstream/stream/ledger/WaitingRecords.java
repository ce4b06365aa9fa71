package org.deftstream.stream.ledger;

import java.util.TreeMap;
import org.deftstream.stream.ledger.LedgerStatistics.Counter;
import org.deftstream.stream.ledger.RejectedRecordException.Stage;

/**
 * Records of which only the offset is known: asks for them in order, and begins their work as they
 * come. Confined to the task's stream thread.
 *
 * <p>A record that was taken over by other processes again and again may be what ends them. It is
 * asked for only when everything before it has left, runs with nothing beside it, and that this run
 * begins is stored and committed first. So the count rises only for the record that was alone when
 * the process ended, and after a few times it is given up.
 */
final class WaitingRecords {
  private final SourceReader reader;
  private final LedgerResources resources;
  private final TreeMap<Long, InFlight> waiting = new TreeMap<>();
  private long requestedUpTo = -1;
  private InFlight announced;

  WaitingRecords(SourceReader reader, LedgerResources resources) {
    this.reader = reader;
    this.resources = resources;
  }

  void add(InFlight inFlight) {
    waiting.put(inFlight.offset(), inFlight);
  }

  boolean isEmpty() {
    return waiting.isEmpty();
  }

  int size() {
    return waiting.size();
  }

  /**
   * Asks for every record that may be read now.
   *
   * @param head what leaves next, or null
   * @return whether an entry was changed, which is to be stored and committed before the next call
   */
  boolean request(Pending head) {
    for (var inFlight : waiting.tailMap(requestedUpTo, false).values()) {
      boolean alone = suspect(inFlight.entry()) && !givenUp(inFlight);
      if (alone) {
        if (inFlight != head) {
          return false;
        }
        if (inFlight != announced) {
          announced = inFlight;
          inFlight.update(inFlight.entry().runAlone());
          return true;
        }
        resources.statistics().count(Counter.RAN_ALONE);
      }
      reader.request(inFlight.offset(), alone);
      requestedUpTo = inFlight.offset();
    }
    return false;
  }

  /** Begins, or gives up, what has come. */
  void receive() {
    for (var reading = reader.poll(); reading != null; reading = reader.poll()) {
      var inFlight = waiting.remove(reading.offset());
      if (reading instanceof SourceReader.Found found) {
        resources.statistics().count(Counter.READ_AGAIN);
        if (givenUp(inFlight)) {
          inFlight.reject(found.record(), found.permit(), givenUpReason(inFlight.entry()));
        } else {
          inFlight.begin(found.record(), found.permit(), resources.work());
        }
      } else if (reading instanceof SourceReader.Gone gone) {
        resources.statistics().count(Counter.GONE);
        inFlight.reject(null, null, consumedAndGone(gone.reason()));
      }
    }
  }

  void close() {
    waiting.clear();
    reader.close();
  }

  static RejectedRecordException consumedAndGone(String reason) {
    return gone("was consumed but not answered", reason);
  }

  static RejectedRecordException gone(String state, String reason) {
    return new RejectedRecordException(
        Stage.ADMIT,
        "SourceRecordGone",
        "the record "
            + state
            + ", and cannot be read any more: "
            + reason
            + "; keep records longer (retention.ms) than the longest outage");
  }

  private boolean suspect(LedgerEntry entry) {
    return entry.aloneRuns() > 0 || entry.recoveries() >= resources.settings().aloneAfter();
  }

  /** A run that was announced by this incarnation does not count yet. */
  private boolean givenUp(InFlight inFlight) {
    return inFlight != announced
        && inFlight.entry().aloneRuns() >= resources.settings().givenUpAfter();
  }

  private static RejectedRecordException givenUpReason(LedgerEntry entry) {
    return new RejectedRecordException(
        Stage.COMPUTE,
        "GivenUp",
        "the process ended "
            + entry.aloneRuns()
            + " times while it worked on this record and on nothing else; it is not tried again");
  }
}
