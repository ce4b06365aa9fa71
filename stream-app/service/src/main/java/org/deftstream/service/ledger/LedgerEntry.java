package org.deftstream.service.ledger;

/**
 * What is stored of one unanswered record, or of offsets that were passed over.
 *
 * @param offset the record's offset in the source partition, or the first one passed over
 * @param recoveries how often another process had to take the record over
 * @param aloneRuns how often work on it was begun with nothing beside it
 * @param passedOver 0 for a record; else how many offsets were passed over, of which it is not
 *     known yet whether they held records
 */
public record LedgerEntry(long offset, int recoveries, int aloneRuns, long passedOver) {
  private static final int MAX_COUNT = 255;
  private static final int PASSED_OVER = 1 << 16;

  /** A record that was just consumed. */
  public static LedgerEntry fresh(long offset) {
    return new LedgerEntry(offset, 0, 0, 0);
  }

  /** Offsets from {@code first} to {@code next - 1} that no consumed record had. */
  static LedgerEntry passedOver(long first, long next) {
    return new LedgerEntry(first, 0, 0, next - first);
  }

  /** Whether it stands for no record, but for offsets that were passed over. */
  boolean isGap() {
    return passedOver > 0;
  }

  /** The offset after the last one that it stands for. */
  long next() {
    return offset + Math.max(1, passedOver);
  }

  /** The entry after one more recovery. */
  public LedgerEntry recovered() {
    return new LedgerEntry(offset, Math.min(MAX_COUNT, recoveries + 1), aloneRuns, passedOver);
  }

  /** The entry when one more run alone begins. */
  public LedgerEntry runAlone() {
    return new LedgerEntry(offset, recoveries, Math.min(MAX_COUNT, aloneRuns + 1), passedOver);
  }

  /** Kind and both counts in one number; 0 for almost every entry. */
  int counts() {
    return (isGap() ? PASSED_OVER : 0) | aloneRuns << 8 | recoveries;
  }

  /** Whether entries of these counts stand for offsets that were passed over. */
  static boolean isGap(int counts) {
    return (counts & PASSED_OVER) != 0;
  }

  /**
   * The entry of such counts.
   *
   * @param length offsets passed over; ignored for a record
   */
  static LedgerEntry of(long offset, int counts, long length) {
    return new LedgerEntry(
        offset, counts & MAX_COUNT, counts >> 8 & MAX_COUNT, isGap(counts) ? length : 0);
  }
}
