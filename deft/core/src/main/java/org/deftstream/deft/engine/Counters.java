package org.deftstream.deft.engine;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** The figures behind {@link EngineStatistics}. Thread-safe. */
final class Counters {
  private final AtomicLong steps = new AtomicLong();
  private final AtomicLong evaluations = new AtomicLong();
  private final AtomicLong padded = new AtomicLong();
  private final AtomicLong retried = new AtomicLong();
  private final AtomicLong submitted = new AtomicLong();
  private final AtomicLong completed = new AtomicLong();
  private final AtomicLong failed = new AtomicLong();
  private final AtomicLong cancelled = new AtomicLong();
  private final AtomicLong busyNanos = new AtomicLong();
  private final AtomicLong priorNanos = new AtomicLong();
  private final AtomicLong transformNanos = new AtomicLong();
  private final AtomicLong queueNanos = new AtomicLong();
  private final AtomicLong computeNanos = new AtomicLong();
  private volatile int inFlight;
  private volatile int waiting;

  void step(int rows, long nanos) {
    steps.incrementAndGet();
    evaluations.addAndGet(rows);
    busyNanos.addAndGet(nanos);
  }

  void prior(int paddedRows, long nanos) {
    padded.addAndGet(paddedRows);
    priorNanos.addAndGet(nanos);
  }

  void transform(long nanos) {
    transformNanos.addAndGet(nanos);
  }

  void retried(int rows) {
    retried.addAndGet(rows);
  }

  void submitted() {
    submitted.incrementAndGet();
  }

  void completed(Reconstruction result) {
    completed.incrementAndGet();
    queueNanos.addAndGet(result.queueTime().toNanos());
    computeNanos.addAndGet(result.computeTime().toNanos());
  }

  void failed() {
    failed.incrementAndGet();
  }

  void cancelled() {
    cancelled.incrementAndGet();
  }

  void trajectories(int nowInFlight, int nowWaiting) {
    inFlight = nowInFlight;
    waiting = nowWaiting;
  }

  EngineStatistics snapshot(long held, int maxBatch) {
    return new EngineStatistics(
        steps.get(),
        evaluations.get(),
        padded.get(),
        retried.get(),
        submitted.get(),
        completed.get(),
        failed.get(),
        cancelled.get(),
        held,
        inFlight,
        waiting,
        maxBatch,
        Duration.ofNanos(busyNanos.get()),
        Duration.ofNanos(priorNanos.get()),
        Duration.ofNanos(transformNanos.get()),
        Duration.ofNanos(queueNanos.get()),
        Duration.ofNanos(computeNanos.get()));
  }
}
