package org.deftstream.messaging.http;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The threads of an HTTP server that waits for slow clients with a thread each. When all are taken,
 * the client that has been waited for the longest loses its connection to the one that came last:
 * so slow ones, however many, keep nobody out.
 *
 * <p>Thread-safe; closed with {@link #shutdownNow}.
 */
final class RequestThreads extends ThreadPoolExecutor {
  /** Requests that are served, or waited for, at once. */
  static final int THREADS = 32;

  private static final int QUEUE = 256;
  private static final int IDLE_SECONDS = 10;

  /** Threads at work, oldest first, and whether each waits for its client. */
  private final Map<Thread, Boolean> waiting = new LinkedHashMap<>();

  RequestThreads() {
    super(
        THREADS,
        THREADS,
        IDLE_SECONDS,
        TimeUnit.SECONDS,
        new ArrayBlockingQueue<>(QUEUE),
        numbered());
    allowCoreThreadTimeOut(true);
  }

  private static ThreadFactory numbered() {
    var number = new AtomicInteger();
    return task -> {
      var thread = new Thread(task, "deftstream-http-" + number.getAndIncrement());
      thread.setDaemon(true);
      return thread;
    };
  }

  /**
   * Serves a request.
   *
   * @throws RejectedExecutionException if every thread is at work on a page, and many wait
   */
  @Override
  public void execute(Runnable request) {
    synchronized (waiting) {
      if (waiting.size() + getQueue().size() >= THREADS) {
        interruptOldest();
      }
    }
    super.execute(request);
  }

  /** Interrupts the thread that waits for its client the longest, unless it has just begun. */
  private void interruptOldest() {
    for (var each : waiting.entrySet()) {
      if (each.getValue() && each.getKey() != Thread.currentThread()) {
        waiting.remove(each.getKey());
        // A thread that is interrupted in a read or write of a channel closes it.
        each.getKey().interrupt();
        return;
      }
    }
  }

  /**
   * The calling thread has the request and makes the page: from now on it is not interrupted.
   *
   * @return whether it is still wanted; if not, its connection is lost already
   */
  boolean working() {
    return note(false);
  }

  /** The calling thread has the page and sends it. */
  void sending() {
    note(true);
  }

  private boolean note(boolean waits) {
    synchronized (waiting) {
      return waiting.replace(Thread.currentThread(), waits) != null;
    }
  }

  @Override
  protected void beforeExecute(Thread thread, Runnable request) {
    synchronized (waiting) {
      waiting.put(thread, true);
      if (!getQueue().isEmpty()) {
        interruptOldest();
      }
    }
  }

  @Override
  protected void afterExecute(Runnable request, Throwable thrown) {
    synchronized (waiting) {
      waiting.remove(Thread.currentThread());
      if (!isShutdown()) {
        // An interrupt was meant for the request that is over.
        Thread.interrupted();
      }
    }
  }
}
