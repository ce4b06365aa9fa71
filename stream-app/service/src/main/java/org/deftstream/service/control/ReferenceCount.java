package org.deftstream.service.control;

/**
 * Counts who still uses something that is to be let go. The lock is held for the counting alone,
 * never while anything is loaded, run or closed. Thread-safe.
 */
class ReferenceCount {
  private int leases;
  private boolean closed;
  private Runnable whenIdle;

  /** Takes a lease; false once {@link #close} was called. */
  synchronized boolean tryAcquire() {
    if (closed) {
      return false;
    }
    leases++;
    return true;
  }

  /** Gives a lease back; the last one runs what waits for it, on the thread that calls. */
  void release() {
    Runnable waiting;
    synchronized (this) {
      if (leases == 0) {
        throw new IllegalStateException("more leases given back than taken");
      }
      leases--;
      waiting = takeIfIdle();
    }
    run(waiting);
  }

  /**
   * Runs an action once, as soon as no lease is out: at once, or on the thread that gives the last
   * one back. Replaces an action that still waits.
   */
  void whenIdle(Runnable action) {
    Runnable ready;
    synchronized (this) {
      whenIdle = action;
      ready = takeIfIdle();
    }
    run(ready);
  }

  /** Forgets the action that waits. */
  synchronized void cancelWhenIdle() {
    whenIdle = null;
  }

  /** Refuses further leases and runs the action when those that are out have come back. */
  void close(Runnable action) {
    synchronized (this) {
      closed = true;
    }
    whenIdle(action);
  }

  /** Leases that are out. */
  synchronized int leases() {
    return leases;
  }

  private Runnable takeIfIdle() {
    if (leases > 0) {
      return null;
    }
    var action = whenIdle;
    whenIdle = null;
    return action;
  }

  private static void run(Runnable action) {
    if (action != null) {
      action.run();
    }
  }
}
