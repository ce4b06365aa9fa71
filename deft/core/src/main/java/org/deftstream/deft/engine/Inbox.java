package org.deftstream.deft.engine;

import java.util.ArrayList;
import java.util.List;

/**
 * Where other threads leave what the engine's thread is to know: requests that arrive and requests
 * that are withdrawn. Thread-safe.
 */
final class Inbox {
  private final List<Job> arrivals = new ArrayList<>();
  private final List<Job> withdrawals = new ArrayList<>();
  private boolean closed;
  private boolean woken;

  /** Takes in a request; false if the inbox is closed. */
  synchronized boolean submit(Job job) {
    if (closed) {
      return false;
    }
    arrivals.add(job);
    notifyAll();
    return true;
  }

  /** Takes note that a request is not wanted any more. */
  synchronized void withdraw(Job job) {
    withdrawals.add(job);
    notifyAll();
  }

  /** Refuses requests from now on. */
  synchronized void close() {
    closed = true;
    notifyAll();
  }

  /** Ends a wait, now or the next one. */
  synchronized void wake() {
    woken = true;
    notifyAll();
  }

  /**
   * Moves what has come to the lists given. An interrupt ends the wait and is forgotten: a library
   * below the prior may have left it, and it must not end the engine.
   *
   * @param wait whether to wait until something has come or the inbox is closed
   * @return whether the inbox is open, that is, whether more requests may come
   */
  synchronized boolean drain(boolean wait, List<Job> arrived, List<Job> withdrawn) {
    try {
      while (wait && !closed && !woken && arrivals.isEmpty() && withdrawals.isEmpty()) {
        wait();
      }
    } catch (InterruptedException e) {
      // see above
    }
    woken = false;
    arrived.addAll(arrivals);
    withdrawn.addAll(withdrawals);
    arrivals.clear();
    withdrawals.clear();
    return !closed;
  }
}
