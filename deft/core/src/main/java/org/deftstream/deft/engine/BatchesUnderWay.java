package org.deftstream.deft.engine;

import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.deftstream.deft.prior.Prior;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * At most two batches. A prior that a device evaluates is called on a thread of its own, for one
 * batch after the other in the order in which they began, while the engine's thread completes the
 * one before; one that the processors evaluate is called at once. Used by the engine's thread
 * alone, which closes it.
 */
final class BatchesUnderWay implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(BatchesUnderWay.class);

  private final ExecutorService device =
      Executors.newSingleThreadExecutor(
          work -> {
            var thread = new Thread(work, "deft-engine-prior");
            thread.setDaemon(true);
            return thread;
          });
  private final ArrayDeque<StepExecutor> free = new ArrayDeque<>();
  private final ArrayDeque<UnderWay> underWay = new ArrayDeque<>();
  private long lastEnded = System.nanoTime();

  private record UnderWay(StepExecutor executor, long begun, CompletableFuture<Void> predicted) {
    Prior prior() {
      return executor.batch().get(0).trajectory().job().request().prior();
    }
  }

  /**
   * A batch that went through.
   *
   * @param stepped the trajectories that were taken a step further or failed
   * @param nanos time that it took, beside none of another batch's
   */
  record Done(List<Region> batch, List<Stepped> stepped, long nanos) {}

  BatchesUnderWay(BatchLimits limits, Counters counters, int failureLimit, DeviceStates states) {
    var failuresInARow = new AtomicInteger();
    for (int i = 0; i < 2; i++) {
      var call = new PriorCall(counters, failureLimit, failuresInARow);
      free.add(new StepExecutor(limits, counters, call, states));
    }
  }

  boolean isEmpty() {
    return underWay.isEmpty();
  }

  /** Whether the prior of the older batch, which must be there, is evaluated by a device. */
  boolean leavesProcessors() {
    return !underWay.getFirst().prior().usesProcessors();
  }

  /** The highest priority in the older batch, which must be there. */
  int priority() {
    return underWay.getFirst().executor.batch().stream()
        .mapToInt(region -> region.trajectory().job().request().priority())
        .max()
        .orElseThrow();
  }

  /**
   * Begins with a batch; at most one other may be under way.
   *
   * @param batch regions of one prior and one shape, at least one
   */
  void begin(List<Region> batch) {
    var executor = free.removeFirst();
    long begun = System.nanoTime();
    executor.prepare(batch);
    boolean here = batch.get(0).trajectory().job().request().prior().usesProcessors();
    var predicted = CompletableFuture.runAsync(executor::predict, here ? Runnable::run : device);
    underWay.add(new UnderWay(executor, begun, predicted));
  }

  /**
   * Waits for the prior's answer to the older batch and completes it.
   *
   * @throws EngineBrokenException if no further step makes sense; so does any {@link Error}
   */
  Done complete() {
    var oldest = underWay.removeFirst();
    var executor = oldest.executor;
    try {
      join(oldest.predicted);
      var batch = executor.batch();
      var stepped = executor.complete();
      long now = System.nanoTime();
      long nanos = now - Math.max(oldest.begun, lastEnded);
      lastEnded = now;
      executor.took(nanos);
      return new Done(batch, stepped, nanos);
    } finally {
      executor.clear();
      free.add(executor);
    }
  }

  private static void join(CompletableFuture<Void> predicted) {
    try {
      predicted.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      throw (RuntimeException) e.getCause();
    }
  }

  /** Waits for the calls under way and drops what they answer. */
  @Override
  public void close() {
    device.shutdown(); // What is under way goes on to its end.
    for (var each : underWay) {
      try {
        join(each.predicted);
      } catch (RuntimeException e) {
        LOG.debug("a batch that nobody waits for failed", e);
      }
    }
    underWay.clear();
  }
}
