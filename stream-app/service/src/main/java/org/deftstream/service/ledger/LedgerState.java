package org.deftstream.service.ledger;

import java.util.List;
import java.util.UUID;

/**
 * The whole ledger of one partition: the one value that is stored. Immutable.
 *
 * @param source identity of the source topic, so that offsets of a topic that was deleted and made
 *     anew are not mistaken for these
 * @param owner the process that wrote it, drawn at random when the process starts
 * @param tail the offset after the last one that was consumed; whatever lies below is answered or
 *     among the entries
 * @param entries the unanswered records and the gaps between, by rising offset, all below tail
 */
public record LedgerState(UUID source, long owner, long tail, List<LedgerEntry> entries) {

  /** Checks and copies. */
  public LedgerState {
    entries = List.copyOf(entries);
    long next = 0;
    for (LedgerEntry entry : entries) {
      if (entry.offset() < next || entry.next() > tail) {
        throw new IllegalArgumentException(
            "ledger entries must rise and stay below the tail %d, got %d after %d"
                .formatted(tail, entry.offset(), next - 1));
      }
      next = entry.next();
    }
  }
}
