package org.deftstream.service.ledger;

import java.time.Duration;

/**
 * Bounds how long a stream thread waits in {@code process()} between two punctuations, over all of
 * its tasks: while it waits, a transaction may be open, and one that is open for too long is
 * aborted, after which the thread would begin again, for ever. Thread-safe; each thread has its own
 * allowance.
 */
public final class WaitBudget {
  private final long allowanceNanos;
  private final ThreadLocal<long[]> spent = ThreadLocal.withInitial(() -> new long[1]);

  /**
   * Makes the bound.
   *
   * @param allowance how long a thread may wait in all between two punctuations
   */
  public WaitBudget(Duration allowance) {
    allowanceNanos = allowance.toNanos();
  }

  /** What is left to the calling thread, at most {@code wanted}, never negative. */
  public long grantNanos(Duration wanted) {
    return Math.max(0, Math.min(wanted.toNanos(), allowanceNanos - spent.get()[0]));
  }

  /** The calling thread has waited. */
  public void spend(long nanos) {
    spent.get()[0] += nanos;
  }

  /** A punctuation has come: what is open is committed soon. */
  public void renew() {
    spent.get()[0] = 0;
  }
}
