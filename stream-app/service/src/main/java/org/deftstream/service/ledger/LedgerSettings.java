package org.deftstream.service.ledger;

import java.time.Duration;

/**
 * How the ledger behaves. Immutable.
 *
 * @param parkAfter how long a record waits for room in the engine before it is parked, noted
 *     without its payload and read again later
 * @param waitBudget how long one stream thread may wait in all between two punctuations; far below
 *     the transaction timeout, because a thread that waits may hold a transaction open
 * @param drainInterval how often finished work is looked for while there is any
 * @param longQueue number of parked records of a partition from which on the whole of {@code
 *     waitBudget} is waited for each further one, so that a backlog stays in Kafka
 * @param aloneAfter a record that was taken over this often by another process runs with nothing
 *     beside it, because it may be what ends the process
 * @param givenUpAfter a record that was begun alone this often becomes a dead letter
 * @param againAfter a record whose work was put off begins anew after this time
 */
public record LedgerSettings(
    Duration parkAfter,
    Duration waitBudget,
    Duration drainInterval,
    int longQueue,
    int aloneAfter,
    int givenUpAfter,
    Duration againAfter) {

  /** Checks. */
  public LedgerSettings {
    requirePositive("parkAfter", parkAfter);
    requirePositive("waitBudget", waitBudget);
    requirePositive("drainInterval", drainInterval);
    requirePositive("againAfter", againAfter);
    if (longQueue < 1 || aloneAfter < 1 || givenUpAfter < 1) {
      throw new IllegalArgumentException(
          "longQueue, aloneAfter and givenUpAfter must be at least 1, got %d, %d and %d"
              .formatted(longQueue, aloneAfter, givenUpAfter));
    }
  }

  /** 300 ms, 2.5 s, 10 ms, 10,000 records, 3 recoveries, 3 runs, 1 s. */
  public static LedgerSettings defaults() {
    return new LedgerSettings(
        Duration.ofMillis(300),
        Duration.ofMillis(2500),
        Duration.ofMillis(10),
        10_000,
        3,
        3,
        Duration.ofSeconds(1));
  }

  /** The same with another wait before a record is parked. */
  public LedgerSettings withParkAfter(Duration wait) {
    return new LedgerSettings(
        wait, waitBudget, drainInterval, longQueue, aloneAfter, givenUpAfter, againAfter);
  }

  private static void requirePositive(String name, Duration value) {
    if (value.isZero() || value.isNegative()) {
      throw new IllegalArgumentException(name + " must be positive, got " + value);
    }
  }
}
