package org.deftstream.deft.engine;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * Ends every job exactly once, whoever is first: the engine with an answer or a failure, or the
 * owner who takes the request back. Keeps the books before the future completes, so that who waits
 * for the future sees them right; who sees that no job is held sees how the last one ended.
 * Thread-safe.
 */
final class Outcomes {
  private final Set<Job> held = ConcurrentHashMap.newKeySet();
  private final Counters counters;
  private final Consumer<Job> takenBack;

  /**
   * Starts with no jobs.
   *
   * @param takenBack told of a job that its owner has ended
   */
  Outcomes(Counters counters, Consumer<Job> takenBack) {
    this.counters = counters;
    this.takenBack = takenBack;
  }

  /** Holds a job from now on, until it ends. */
  void accept(Job job) {
    counters.submitted();
    held.add(job);
    job.future()
        .whenComplete(
            (result, failure) -> {
              if (job.end()) {
                counters.cancelled();
                held.remove(job);
                takenBack.accept(job);
              }
            });
  }

  void answer(Job job, Reconstruction result) {
    if (job.end()) {
      counters.completed(result);
      held.remove(job);
      job.future().complete(result);
    }
  }

  void fail(Job job, Throwable cause) {
    if (job.end()) {
      counters.failed();
      held.remove(job);
      job.future().completeExceptionally(cause);
    }
  }

  /** Ends a job because the engine stops. */
  void giveUp(Job job, RuntimeException cause) {
    if (job.end()) {
      if (cause instanceof EngineClosedException) {
        counters.cancelled();
      } else {
        counters.failed();
      }
      held.remove(job);
      job.future().completeExceptionally(cause);
    }
  }

  void giveUpAll(RuntimeException cause) {
    held.forEach(job -> giveUp(job, cause));
  }

  /** Number of jobs that have not ended. */
  int held() {
    return held.size();
  }
}
