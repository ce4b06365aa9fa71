package org.deftstream.tests.benchmarks;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.deftstream.deft.engine.Engine;
import org.deftstream.deft.engine.EngineSettings;
import org.deftstream.tests.platform.Platform;

/** The engine without the stream. Stateless. */
final class BareEngine {
  static final int MAX_BATCH = 16;

  /** As many requests at a time as the service admits. */
  static final int AHEAD = 4 * MAX_BATCH;

  private BareEngine() {}

  /** Requests answered per second, with always enough of them waiting. */
  static double throughput(DeviceTask task, int requests) {
    var progress = new Progress(requests);
    var room = new Semaphore(AHEAD);
    try (var engine = new Engine(EngineSettings.of(MAX_BATCH))) {
      for (int i = 0; i < requests; i++) {
        acquire(room, 1);
        engine
            .submit(task.request("m-" + i))
            .whenComplete(
                (answer, error) -> {
                  if (error == null) {
                    progress.add(1);
                  }
                  room.release();
                });
      }
      acquire(room, AHEAD);
    }
    if (!progress.finished()) {
      throw new AssertionError(
          "the engine answered %d of %d requests".formatted(progress.done(), requests));
    }
    return progress.perSecond();
  }

  private static void acquire(Semaphore room, int permits) {
    try {
      if (!room.tryAcquire(permits, Platform.PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new AssertionError("the engine stands still");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }
}
