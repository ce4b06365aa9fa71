package org.deftstream.deft.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.Semaphore;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;

/**
 * Stops the engine inside every step, so that a test decides when it goes on: {@link #prior} waits
 * until the test has seen the call and let it pass.
 */
final class Gate {
  private static final long LONG_SECONDS = 20;

  private final SynchronousQueue<int[]> entered = new SynchronousQueue<>();
  private final Semaphore passes = new Semaphore(0);
  private volatile boolean open;

  /** A prior that waits at the gate in every call. */
  ScriptedPrior prior() {
    return new ScriptedPrior(
        (xt, timesteps) -> {
          stop(timesteps);
          return null;
        });
  }

  /** Waits at the gate. */
  void stop(int[] timesteps) {
    try {
      while (!open && !entered.offer(timesteps.clone(), 10, TimeUnit.MILLISECONDS)) {
        // until the test looks
      }
      while (!open && !passes.tryAcquire(10, TimeUnit.MILLISECONDS)) {
        // until the test lets it pass
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Waits until a step is under way and gives its timesteps. */
  int[] awaitStep() throws InterruptedException {
    var timesteps = entered.poll(LONG_SECONDS, TimeUnit.SECONDS);
    assertThat(timesteps).as("a step is under way").isNotNull();
    return timesteps;
  }

  /** Lets the step under way go on. */
  void pass() {
    passes.release();
  }

  /** Lets everything go on from here. */
  void open() {
    open = true;
  }
}
