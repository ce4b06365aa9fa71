package org.deftstream.service.ledger;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.deftstream.deft.engine.AdmissionBudget;

/**
 * How much may be on the heap at once, for the whole process: one for all tasks and threads,
 * because a bound per task either starves the engine or blocks a thread that its other tasks need.
 *
 * <p>Three things are bounded: bytes of records that are being worked on and of what the work needs
 * beside them, their number, and bytes of records and answers that are kept until they can be
 * published in order. The first two are given back when the work is done, not when the answer
 * leaves, so an answer that waits for the one before it never empties the engine. Thread-safe.
 */
public final class AdmissionController {
  /** A record is there as bytes and as numbers; what its work needs beside is known later. */
  private static final int COPIES = 2;

  private static final Duration SLICE = Duration.ofMillis(200);

  private final AdmissionBudget budget;
  private final long keptLimit;
  private final int recordLimit;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final AtomicLong kept = new AtomicLong();

  /** What the last work turned out to need: about what the next one will. */
  private volatile long expected;

  private int open;
  private int working;
  private int aloneWaiting;
  private boolean aloneWorking;
  private boolean stopped;

  /**
   * Makes the bounds.
   *
   * @param budget bytes of records that are being worked on
   * @param keptBytes bytes of records and answers that are not published yet, beyond which nothing
   *     new begins
   * @param records number of records that are being worked on; about twice what fills the engine
   */
  public AdmissionController(AdmissionBudget budget, long keptBytes, int records) {
    if (keptBytes < 1 || records < 1) {
      throw new IllegalArgumentException(
          "keptBytes and records must be at least 1, got " + keptBytes + " and " + records);
    }
    this.budget = budget;
    this.keptLimit = keptBytes;
    this.recordLimit = records;
  }

  /**
   * Admits a record if there is room within a short time.
   *
   * @param bytes size of the record
   * @param wait how long to wait
   * @return the permit, which the caller gives back; empty if there was no room
   */
  public Optional<Permit> tryAdmit(long bytes, Duration wait) {
    return tryAdmit(bytes, expected, wait);
  }

  private Optional<Permit> tryAdmit(long bytes, long needed, Duration wait) {
    long deadline = System.nanoTime() + wait.toNanos();
    if (!enter(deadline)) {
      return Optional.empty();
    }
    var left = Duration.ofNanos(Math.max(0, deadline - System.nanoTime()));
    long taken = taken(bytes, needed);
    if (!budget.tryAcquire(taken, left)) {
      leave(false);
      return Optional.empty();
    }
    return Optional.of(new Permit(bytes, taken, false));
  }

  private long taken(long bytes, long needed) {
    return Math.min(budget.capacity(), Math.max(bytes * COPIES, needed));
  }

  /**
   * Admits a record, however long it takes; never to be called by a stream thread.
   *
   * @param bytes size of the record
   * @param needed bytes of the budget that its work is known to need; 0 if that is not known
   * @param cancelled asked a few times each second
   * @return the permit; empty only if cancelled
   */
  public Optional<Permit> admit(long bytes, long needed, BooleanSupplier cancelled) {
    while (!cancelled.getAsBoolean()) {
      var permit = tryAdmit(bytes, Math.max(needed, expected), SLICE);
      if (permit.isPresent()) {
        return permit;
      }
    }
    return Optional.empty();
  }

  /**
   * Admits a record when nothing else is being worked on, and lets nothing else begin until its
   * work is done; never to be called by a stream thread.
   *
   * @param bytes size of the record
   * @param needed bytes of the budget that its work is known to need; 0 if that is not known
   * @param cancelled asked a few times each second
   * @return the permit; empty only if cancelled
   */
  public Optional<Permit> admitAlone(long bytes, long needed, BooleanSupplier cancelled) {
    lock.lock();
    try {
      aloneWaiting++;
      try {
        while (working > 0 || stopped) {
          if (cancelled.getAsBoolean() || !await(SLICE.toNanos())) {
            return Optional.empty();
          }
        }
        aloneWorking = true;
        working++;
        open++;
      } finally {
        aloneWaiting--;
        changed.signalAll();
      }
    } finally {
      lock.unlock();
    }
    long taken = taken(bytes, needed);
    while (!budget.tryAcquire(taken, SLICE)) {
      if (cancelled.getAsBoolean()) {
        leave(true);
        return Optional.empty();
      }
    }
    return Optional.of(new Permit(bytes, taken, true));
  }

  /** From now on nothing is admitted; what was, goes on. */
  public void stop() {
    lock.lock();
    try {
      stopped = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits until everything that was admitted has left.
   *
   * @param wait how long to wait
   * @return whether nothing is left
   */
  public boolean awaitEmpty(Duration wait) {
    long deadline = System.nanoTime() + wait.toNanos();
    lock.lock();
    try {
      while (open > 0) {
        long left = deadline - System.nanoTime();
        if (left <= 0 || !await(left)) {
          return open == 0;
        }
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Number of records that were admitted and whose answers have not left. */
  public int open() {
    lock.lock();
    try {
      return open;
    } finally {
      lock.unlock();
    }
  }

  /** Number of records that are being worked on. */
  public int working() {
    lock.lock();
    try {
      return working;
    } finally {
      lock.unlock();
    }
  }

  /** Bytes that are taken from the budget by records that are being worked on. */
  public long admittedBytes() {
    return budget.capacity() - budget.available();
  }

  /** Bytes of records and answers that wait to be published. */
  public long keptBytes() {
    return kept.get();
  }

  /** Whether what waits to be published soon keeps everything else from beginning. */
  boolean crowded() {
    return kept.get() >= keptLimit / 2;
  }

  private boolean enter(long deadline) {
    lock.lock();
    try {
      while (stopped
          || aloneWorking
          || aloneWaiting > 0
          || working >= recordLimit
          || kept.get() >= keptLimit) {
        long left = deadline - System.nanoTime();
        if (left <= 0 || !await(left)) {
          return false;
        }
      }
      working++;
      open++;
      return true;
    } finally {
      lock.unlock();
    }
  }

  private void leave(boolean alone) {
    endWork(alone);
    end();
  }

  private void endWork(boolean alone) {
    lock.lock();
    try {
      working--;
      if (alone) {
        aloneWorking = false;
      }
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void end() {
    lock.lock();
    try {
      open--;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** False if interrupted. Every caller looks again at what it waits for. */
  @SuppressWarnings("WaitNotInLoop")
  private boolean await(long nanos) {
    try {
      changed.await(nanos, TimeUnit.NANOSECONDS);
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Room for one record, from admission until its answer has left. Thread-safe. */
  public final class Permit implements MemoryPermit, AutoCloseable {
    private final boolean alone;
    private long taken;
    private long keptBytes;
    private boolean worked;
    private boolean closed;

    private Permit(long bytes, long taken, boolean alone) {
      this.taken = taken;
      this.alone = alone;
      keptBytes = bytes;
      kept.addAndGet(bytes);
    }

    @Override
    public synchronized boolean resize(long bytes) {
      long wanted = Math.min(budget.capacity(), bytes);
      expected = wanted;
      if (worked || wanted == taken) {
        return true;
      }
      if (wanted < taken) {
        budget.release(taken - wanted);
      } else if (!budget.tryAcquire(wanted - taken, Duration.ZERO)) {
        return false;
      }
      taken = wanted;
      return true;
    }

    /**
     * The work is done, one way or another: others may begin. Does nothing the second time.
     *
     * @param answerBytes size of the answer that waits to be published
     */
    public synchronized void workDone(long answerBytes) {
      if (worked) {
        return;
      }
      worked = true;
      keptBytes += answerBytes;
      kept.addAndGet(answerBytes);
      budget.release(taken);
      endWork(alone);
    }

    /** The answer has left, or never will. Does nothing the second time. */
    @Override
    public synchronized void close() {
      workDone(0);
      if (!closed) {
        closed = true;
        kept.addAndGet(-keptBytes);
        end();
      }
    }
  }
}
