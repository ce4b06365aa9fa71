package org.deftstream.tests.platform;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** Waits with a bound. */
public final class Deadline {
  private static final long PAUSE_MILLIS = 100;

  private Deadline() {}

  /**
   * Asks until the answer is yes.
   *
   * @param what completes "did not ..."; asked when the time is over
   * @throws AssertionError when it never was
   */
  public static void await(Duration wait, Supplier<String> what, Callable<Boolean> done) {
    await(wait, () -> 0, what, done);
  }

  /**
   * As above, but the wait begins anew whenever something has been achieved: for work of any
   * length, on a machine of any speed.
   *
   * @param achieved a number that rises with what is achieved
   */
  public static void await(
      Duration wait, LongSupplier achieved, Supplier<String> what, Callable<Boolean> done) {
    long end = System.nanoTime() + wait.toNanos();
    long before = achieved.getAsLong();
    Exception last = null;
    while (true) {
      try {
        if (done.call()) {
          return;
        }
        Thread.sleep(PAUSE_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new AssertionError("interrupted", e);
      } catch (Exception e) {
        last = e;
        pause();
      }
      if (achieved.getAsLong() != before) {
        before = achieved.getAsLong();
        end = System.nanoTime() + wait.toNanos();
      }
      if (System.nanoTime() > end) {
        throw new AssertionError("did not " + what.get() + " within " + wait, last);
      }
    }
  }

  private static void pause() {
    try {
      Thread.sleep(PAUSE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
