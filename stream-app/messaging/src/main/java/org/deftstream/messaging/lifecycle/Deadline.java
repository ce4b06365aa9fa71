package org.deftstream.messaging.lifecycle;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Runs blocking calls of foreign code that know no deadline of their own. */
public final class Deadline {
  private Deadline() {}

  /**
   * Runs the work on a daemon thread and waits for it.
   *
   * @param name of the thread
   * @param limit the longest wait
   * @param work what to run; interrupted when the limit passes
   * @return what the work returned
   * @throws TimeoutException when the limit passed; the work may still be running
   * @throws Exception what the work threw
   */
  public static <T> T run(String name, Duration limit, Callable<T> work) throws Exception {
    var task = new FutureTask<>(work);
    var thread = new Thread(task, name);
    thread.setDaemon(true);
    thread.start();
    try {
      return task.get(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Exception cause) {
        throw cause;
      }
      if (e.getCause() instanceof Error cause) {
        throw cause;
      }
      throw e;
    } catch (InterruptedException | TimeoutException e) {
      task.cancel(true);
      throw e;
    }
  }
}
