package org.deftstream.service.ledger;

/**
 * What the ledgers of one process share. Immutable, and so thread-safe as its parts are.
 *
 * @param work what is done with a record
 * @param admission how much may be on the heap
 * @param waitBudget how long a stream thread may wait
 * @param settings how ledgers behave
 * @param statistics what is counted
 */
public record LedgerResources(
    AsyncRecordProcessor work,
    AdmissionController admission,
    WaitBudget waitBudget,
    LedgerSettings settings,
    LedgerStatistics statistics) {

  /** Resources with statistics and waitBudget of their own. */
  public static LedgerResources of(
      AsyncRecordProcessor work, AdmissionController admission, LedgerSettings settings) {
    return new LedgerResources(
        work, admission, new WaitBudget(settings.waitBudget()), settings, new LedgerStatistics());
  }
}
