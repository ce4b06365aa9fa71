package org.deftstream.tests.benchmarks;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.deftstream.deft.engine.Engine;
import org.deftstream.deft.engine.EngineClosedException;
import org.deftstream.deft.engine.EngineSettings;
import org.deftstream.deft.engine.Reconstruction;
import org.deftstream.deft.engine.ReconstructionRequest;

/**
 * What servers of models usually do: a batch of what waits, at most a full one and without waiting
 * for it to fill, is run to its end before the next begins. On the same engine, so only the forming
 * of batches differs. Owns a thread; what waits is bounded by who submits.
 */
final class BatchAtATime implements Batching {
  private final int maxBatch;
  private final boolean oneTask;
  private final Engine engine;
  private final Deque<Waiting> waiting = new ArrayDeque<>();
  private final Thread thread;
  private boolean closed;

  private record Waiting(ReconstructionRequest request, CompletableFuture<Reconstruction> future) {}

  /**
   * Starts it.
   *
   * @param oneTask whether a batch is of the oldest request's task alone
   */
  BatchAtATime(int maxBatch, boolean oneTask) {
    this.maxBatch = maxBatch;
    this.oneTask = oneTask;
    engine = new Engine(EngineSettings.of(maxBatch));
    thread = new Thread(this::run, "batch-at-a-time");
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public CompletableFuture<Reconstruction> submit(ReconstructionRequest request) {
    var future = new CompletableFuture<Reconstruction>();
    synchronized (this) {
      if (closed) {
        future.completeExceptionally(new EngineClosedException("closed"));
      } else {
        waiting.add(new Waiting(request, future));
        notifyAll();
      }
    }
    return future;
  }

  private void run() {
    try {
      for (var batch = next(); !batch.isEmpty(); batch = next()) {
        var running = new ArrayList<CompletableFuture<?>>();
        for (var each : batch) {
          running.add(
              engine
                  .submit(each.request())
                  .whenComplete(
                      (answer, error) -> {
                        if (error == null) {
                          each.future().complete(answer);
                        } else {
                          each.future().completeExceptionally(error);
                        }
                      })
                  .exceptionally(error -> null));
        }
        CompletableFuture.allOf(running.toArray(CompletableFuture[]::new)).join();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The next batch, in the order of arrival; empty when closed. */
  private synchronized List<Waiting> next() throws InterruptedException {
    while (waiting.isEmpty() && !closed) {
      wait();
    }
    var batch = new ArrayList<Waiting>();
    if (closed) {
      return batch;
    }
    var task = waiting.peek().request().hTransform();
    int rows = 0;
    for (var each = waiting.iterator(); each.hasNext(); ) {
      var candidate = each.next();
      if (oneTask && candidate.request().hTransform() != task) {
        continue;
      }
      int more = candidate.request().sampler().samples();
      if (!batch.isEmpty() && rows + more > maxBatch) {
        break;
      }
      rows += more;
      batch.add(candidate);
      each.remove();
    }
    return batch;
  }

  @Override
  public void close() {
    synchronized (this) {
      closed = true;
      notifyAll();
    }
    engine.close();
    synchronized (this) {
      waiting.forEach(
          each -> each.future().completeExceptionally(new EngineClosedException("closed")));
    }
    thread.interrupt();
  }
}
