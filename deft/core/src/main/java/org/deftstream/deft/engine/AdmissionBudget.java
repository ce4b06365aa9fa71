package org.deftstream.deft.engine;

import java.time.Duration;
import java.util.ArrayDeque;

/**
 * Bounds the bytes of all requests that are waiting or in flight, one budget for the whole process.
 * Callers acquire before {@link Engine#submit} and release when the future completes, however it
 * completes. Thread-safe.
 *
 * <p>Waiters are served in the order of their arrival, so a large request is not starved by small
 * ones. A request larger than the whole budget counts as the whole budget: it runs alone instead of
 * never.
 */
public final class AdmissionBudget {
  private final long capacity;
  private final ArrayDeque<Object> waiters = new ArrayDeque<>();
  private long used;

  /**
   * A budget of so many bytes.
   *
   * @param bytes positive
   */
  public AdmissionBudget(long bytes) {
    if (bytes <= 0) {
      throw new IllegalArgumentException("admission budget must be positive, got " + bytes);
    }
    capacity = bytes;
  }

  /**
   * Takes bytes, waiting for them if need be.
   *
   * @param bytes not negative
   * @param wait longest time to wait; zero or negative does not wait
   * @return whether they were taken; false also if the thread was interrupted, which stays noted
   */
  public synchronized boolean tryAcquire(long bytes, Duration wait) {
    long wanted = counted(bytes);
    if (waiters.isEmpty() && take(wanted)) {
      return true;
    }
    long deadline = System.nanoTime() + wait.toNanos();
    var ticket = new Object();
    waiters.addLast(ticket);
    try {
      while (waiters.peekFirst() != ticket || !take(wanted)) {
        long left = deadline - System.nanoTime();
        if (left <= 0) {
          return false;
        }
        wait(left / 1_000_000, (int) (left % 1_000_000));
      }
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } finally {
      waiters.remove(ticket);
      notifyAll();
    }
  }

  /**
   * Gives bytes back.
   *
   * @param bytes what was given to {@link #tryAcquire}
   * @throws IllegalStateException if more is given back than was taken
   */
  public synchronized void release(long bytes) {
    long returned = counted(bytes);
    if (returned > used) {
      throw new IllegalStateException(
          "released " + returned + " bytes while " + used + " were taken");
    }
    used -= returned;
    notifyAll();
  }

  /** Bytes that are free now. */
  public synchronized long available() {
    return capacity - used;
  }

  /** The size of the budget in bytes. */
  public long capacity() {
    return capacity;
  }

  private long counted(long bytes) {
    if (bytes < 0) {
      throw new IllegalArgumentException("bytes must not be negative, got " + bytes);
    }
    return Math.min(bytes, capacity);
  }

  private boolean take(long bytes) {
    if (bytes > capacity - used) {
      return false;
    }
    used += bytes;
    return true;
  }
}
