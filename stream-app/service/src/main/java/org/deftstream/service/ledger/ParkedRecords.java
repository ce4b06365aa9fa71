package org.deftstream.service.ledger;

import java.util.Iterator;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.deftstream.service.ledger.LedgerStatistics.Counter;
import org.deftstream.service.ledger.RejectedRecordException.Stage;

/**
 * Records of which only the offset is known: asks for them in order, and begins their work as they
 * come. Confined to the task's stream thread.
 *
 * <p>A record that was taken over by other processes again and again may be what ends them, or
 * their stream threads. It is asked for only when everything before it has left, runs with nothing
 * beside it, and that this run begins is stored and committed first. So the count rises only for
 * the record that was alone when the process ended. After a few times it is given up: it leaves as
 * a dead letter; if that, too, ends the process, as one without its value, for which it is not even
 * read.
 */
final class ParkedRecords {
  /** How often a record that is given up is tried to be let out whole. */
  private static final int WHOLE_LETTERS = 2;

  private final SourceReader reader;
  private final LedgerResources resources;
  private final TreeMap<Long, InFlight> waiting = new TreeMap<>();
  private final TreeMap<Long, InFlight> unrequested = new TreeMap<>();
  private final Queue<InFlight> postponed = new ConcurrentLinkedQueue<>();
  private InFlight announced;

  ParkedRecords(SourceReader reader, LedgerResources resources) {
    this.reader = reader;
    this.resources = resources;
  }

  void add(InFlight inFlight) {
    waiting.put(inFlight.offset(), inFlight);
    unrequested.put(inFlight.offset(), inFlight);
  }

  boolean isEmpty() {
    return waiting.isEmpty();
  }

  int size() {
    return waiting.size();
  }

  /** Begins work on a record that is here. */
  void begin(InFlight inFlight, SourceRecord record, AdmissionController.Permit permit) {
    inFlight.begin(record, permit, resources.work(), postponed::add);
  }

  /**
   * Asks for every record that may be read now. While the head has been put off, for it alone: what
   * would be worked on behind it could not leave, and would keep the room of other partitions.
   * While it runs alone, likewise.
   *
   * @param head what leaves next, or null
   * @return whether an entry was changed, which is to be stored and committed before the next call
   */
  boolean request(LedgerRecord head) {
    boolean headAlone = head instanceof InFlight first && (first.postponed() || first.runsAlone());
    for (Iterator<InFlight> each = unrequested.values().iterator(); each.hasNext(); ) {
      var inFlight = each.next();
      if (headAlone && inFlight != head) {
        return false;
      }
      if (!inFlight.due()) {
        continue;
      }
      boolean suspect = suspect(inFlight.entry());
      if (suspect) {
        if (inFlight != head) {
          return false;
        }
        if (inFlight != announced) {
          announced = inFlight;
          inFlight.update(inFlight.entry().runAlone());
          return true;
        }
      }
      each.remove();
      request(inFlight, suspect);
    }
    return false;
  }

  private void request(InFlight inFlight, boolean suspect) {
    int runs = inFlight.entry().aloneRuns();
    if (runs > resources.settings().givenUpAfter() + WHOLE_LETTERS) {
      waiting.remove(inFlight.offset());
      inFlight.reject(null, null, givenUpReason());
      return;
    }
    boolean alone = suspect && !givenUp(inFlight);
    if (alone) {
      resources.statistics().count(Counter.RAN_ALONE);
    }
    reader.request(inFlight.offset(), alone, inFlight.neededBytes());
  }

  /** Begins, or gives up, what has come. */
  void receive() {
    for (var again = postponed.poll(); again != null; again = postponed.poll()) {
      again.putBack(resources.settings().againAfter());
      add(again);
    }
    for (var reading = reader.poll(); reading != null; reading = reader.poll()) {
      var inFlight = waiting.remove(reading.offset());
      if (reading instanceof SourceReader.Found found) {
        resources.statistics().count(Counter.READ_AGAIN);
        if (givenUp(inFlight)) {
          inFlight.reject(found.record(), found.permit(), givenUpReason());
        } else {
          begin(inFlight, found.record(), found.permit());
        }
      } else if (reading instanceof SourceReader.Gone gone) {
        resources.statistics().count(Counter.GONE);
        inFlight.reject(null, null, consumedAndGone(gone.reason()));
      } else if (reading instanceof SourceReader.Unreadable unreadable) {
        inFlight.reject(null, null, unreadable(unreadable.reason()));
      }
    }
  }

  void close() {
    waiting.clear();
    unrequested.clear();
    reader.close();
  }

  private static RejectedRecordException unreadable(String reason) {
    return new RejectedRecordException(
        Stage.ADMIT,
        "Unreadable",
        "the record is in the log, but cannot be read again, alone and after some time: " + reason);
  }

  static RejectedRecordException consumedAndGone(String reason) {
    return gone("was consumed but not answered", reason);
  }

  static RejectedRecordException gone(String state, String reason) {
    return new RejectedRecordException(
        Stage.ADMIT,
        RejectedRecordException.GONE,
        "the record "
            + state
            + ", and cannot be read any more: "
            + reason
            + "; keep records longer (retention.ms) than the longest outage");
  }

  private boolean suspect(LedgerEntry entry) {
    return entry.aloneRuns() > 0 || entry.recoveries() >= resources.settings().aloneAfter();
  }

  private boolean givenUp(InFlight inFlight) {
    return inFlight.entry().aloneRuns() > resources.settings().givenUpAfter();
  }

  private RejectedRecordException givenUpReason() {
    return new RejectedRecordException(
        Stage.COMPUTE,
        "GivenUp",
        "the process, or its stream thread, ended "
            + resources.settings().givenUpAfter()
            + " times while it worked on this record and on nothing else; it is not tried again");
  }
}
