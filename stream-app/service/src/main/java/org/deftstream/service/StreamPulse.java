package org.deftstream.service;

import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * What the stream threads show of themselves: when each last came back from Kafka, with a poll or a
 * commit, and how often they failed. A thread is known by its name. Thread-safe.
 */
final class StreamPulse {
  /** So long a thread may be away before it counts as stuck. */
  static final Duration PATIENCE = Duration.ofSeconds(30);

  /**
   * So many threads in a row that failed before they committed anything are a service that does.
   */
  static final int FAILURES = 5;

  /** A failure that is followed by nothing for so long is not one of a row. */
  static final Duration CALM = Duration.ofMinutes(2);

  private static final int SHOWN = 300;

  private record Signs(long first, long last) {}

  private final LongSupplier clock;
  private final Map<String, Signs> signs = new ConcurrentHashMap<>();
  private int failures;
  private long failedAt;
  private String failure = "";
  private volatile String outOfMemory;

  /** Times by {@link System#nanoTime}. */
  StreamPulse() {
    this(System::nanoTime);
  }

  /** Times by another clock of nanoseconds, of any origin. */
  StreamPulse(LongSupplier clock) {
    this.clock = clock;
  }

  /** The calling thread came back from a poll. */
  void polled() {
    beat();
  }

  /** The calling thread has committed. */
  void committed() {
    var now = beat();
    synchronized (this) {
      // What an older thread commits says nothing about those that were started since.
      if (failures > 0 && now.first - failedAt >= 0) {
        failures = 0;
      }
    }
  }

  private Signs beat() {
    long now = clock.getAsLong();
    return signs.merge(
        Thread.currentThread().getName(),
        new Signs(now, now),
        (before, ignored) -> new Signs(before.first, now));
  }

  /** The calling thread failed and ends. */
  void failed(Throwable why) {
    signs.remove(Thread.currentThread().getName());
    for (Throwable cause = why; cause != null; cause = cause.getCause()) {
      if (cause instanceof OutOfMemoryError) {
        outOfMemory = "a stream thread ran out of memory: " + shown(cause);
      }
    }
    long now = clock.getAsLong();
    synchronized (this) {
      failures = failures > 0 && calm(now) ? 1 : failures + 1;
      failedAt = now;
      failure = shown(why);
    }
  }

  private static String shown(Throwable why) {
    String text = why.toString();
    return text.length() > SHOWN ? text.substring(0, SHOWN) + "..." : text;
  }

  private boolean calm(long now) {
    return now - failedAt > CALM.toNanos();
  }

  /** Why the threads of this process come to nothing any more; empty if they do. */
  Optional<String> dead() {
    if (outOfMemory != null) {
      return Optional.of(outOfMemory);
    }
    synchronized (this) {
      return failures < FAILURES || calm(clock.getAsLong())
          ? Optional.empty()
          : Optional.of(
              "stream threads failed "
                  + failures
                  + " times without a commit between, the last time with "
                  + failure);
    }
  }

  /**
   * The thread that has been away for too long.
   *
   * @param threads names of the threads that run
   * @return one of them that neither a poll nor a commit came back to within {@link #PATIENCE}
   */
  Optional<String> stuck(Collection<String> threads) {
    long now = clock.getAsLong();
    return threads.stream()
        .filter(
            name -> {
              var last = signs.get(name);
              return last == null || now - last.last > PATIENCE.toNanos();
            })
        .sorted()
        .findFirst();
  }
}
