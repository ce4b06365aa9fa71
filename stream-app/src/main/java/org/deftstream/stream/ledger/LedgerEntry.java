package org.deftstream.stream.ledger;

/**
 * What is stored of one unanswered record.
 *
 * @param offset the record's offset in the source partition
 * @param recoveries how often another process had to take the record over
 * @param aloneRuns how often work on it was begun with nothing beside it
 */
public record LedgerEntry(long offset, int recoveries, int aloneRuns) {
  private static final int MAX_COUNT = 255;

  /** A record that was just consumed. */
  public static LedgerEntry fresh(long offset) {
    return new LedgerEntry(offset, 0, 0);
  }

  /** The entry after one more recovery. */
  public LedgerEntry recovered() {
    return new LedgerEntry(offset, Math.min(MAX_COUNT, recoveries + 1), aloneRuns);
  }

  /** The entry when one more run alone begins. */
  public LedgerEntry runAlone() {
    return new LedgerEntry(offset, recoveries, Math.min(MAX_COUNT, aloneRuns + 1));
  }

  /** Both counts in one number; 0 for almost every entry. */
  int counts() {
    return aloneRuns << 8 | recoveries;
  }

  static LedgerEntry of(long offset, int counts) {
    return new LedgerEntry(offset, counts & MAX_COUNT, counts >> 8 & MAX_COUNT);
  }
}
