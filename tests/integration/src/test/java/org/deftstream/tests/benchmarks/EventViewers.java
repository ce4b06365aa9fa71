package org.deftstream.tests.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** People who look at a live page, as far as the server knows. Closed by whoever opened them. */
final class EventViewers implements AutoCloseable {
  private static final int BUSY = 503;
  private static final long AGAIN_MILLIS = 250;

  private final List<Thread> threads = new ArrayList<>();
  private final AtomicInteger watching = new AtomicInteger();
  private volatile boolean closed;

  /** So many, each on a thread and a connection of its own. */
  EventViewers(String url, int number) {
    for (int i = 0; i < number; i++) {
      var thread = new Thread(() -> look(URI.create(url)), "viewer-" + i);
      thread.setDaemon(true);
      thread.start();
      threads.add(thread);
    }
  }

  /** How many have the stream. */
  int watching() {
    return watching.get();
  }

  /**
   * Seconds of the processor that this process has taken but for what it looks with: threads that
   * ended meanwhile count as its own, so ask while the viewers look.
   */
  static double processorSecondsWithoutViewers() {
    var process = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    var bean = ManagementFactory.getThreadMXBean();
    long looking = 0;
    for (var thread : bean.getThreadInfo(bean.getAllThreadIds())) {
      if (thread != null && thread.getThreadName().matches("(viewer|HttpClient)-.*")) {
        looking += Math.max(0, bean.getThreadCpuTime(thread.getThreadId()));
      }
    }
    return (process.getProcessCpuTime() - looking) / 1e9;
  }

  /** A browser comes again with the number of the last event. */
  private void look(URI url) {
    var http = HttpClient.newHttpClient();
    var last = new String[1];
    while (!closed) {
      var request = HttpRequest.newBuilder(url);
      if (last[0] != null) {
        request.header("Last-Event-ID", last[0]);
      }
      try {
        var reply = http.send(request.build(), HttpResponse.BodyHandlers.ofLines());
        if (reply.statusCode() == BUSY) {
          // Those of the turn before have a place until the instance notices that they are gone.
          reply.body().close();
          Thread.sleep(AGAIN_MILLIS);
          continue;
        }
        if (reply.statusCode() != 200) {
          throw new IllegalStateException(url + " answers " + reply.statusCode());
        }
        watching.incrementAndGet();
        try (var lines = reply.body()) {
          lines
              .takeWhile(line -> !closed)
              .filter(line -> line.startsWith("id: "))
              .forEach(line -> last[0] = line.substring(4));
        } finally {
          watching.decrementAndGet();
        }
      } catch (IOException | UncheckedIOException e) {
        if (closed) {
          return;
        }
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  @Override
  public void close() throws InterruptedException {
    closed = true;
    for (var thread : threads) {
      thread.interrupt();
      thread.join();
    }
  }
}
