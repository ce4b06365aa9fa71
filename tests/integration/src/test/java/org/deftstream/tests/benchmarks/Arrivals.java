package org.deftstream.tests.benchmarks;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.deftstream.tests.platform.Platform;

/** Requests of several tasks that arrive as a Poisson process: the same ones for a seed. */
final class Arrivals {
  private final List<DeviceTask> tasks;
  private final List<Long> atNanos = new ArrayList<>();
  private final List<DeviceTask> which = new ArrayList<>();

  /**
   * What came of them.
   *
   * @param perSecond requests answered, from the first arrival to the last answer
   * @param latencies nanoseconds from arrival to answer, in the order of arrival
   * @param tasks what arrived, in the same order
   */
  record Outcome(double perSecond, List<Long> latencies, List<DeviceTask> tasks) {}

  private Arrivals(List<DeviceTask> tasks) {
    this.tasks = tasks;
  }

  /** Arrivals at a rate, each task as likely as the others. */
  static Arrivals poisson(List<DeviceTask> tasks, double perSecond, Duration time, long seed) {
    var random = new SplittableRandom(seed);
    var arrivals = new Arrivals(tasks);
    double at = 0;
    while (true) {
      at += -Math.log(1 - random.nextDouble()) / perSecond * 1e9;
      if (at >= time.toNanos()) {
        return arrivals;
      }
      arrivals.add((long) at, random.nextInt(tasks.size()));
    }
  }

  /** So many at once, the tasks in turn. */
  static Arrivals atOnce(List<DeviceTask> tasks, int number) {
    var arrivals = new Arrivals(tasks);
    for (int i = 0; i < number; i++) {
      arrivals.add(0, i % tasks.size());
    }
    return arrivals;
  }

  private void add(long at, int task) {
    atNanos.add(at);
    which.add(tasks.get(task));
  }

  int size() {
    return atNanos.size();
  }

  /** Submits them when they are due and waits until all are answered. */
  Outcome run(Batching batching) throws InterruptedException {
    var latencies = new AtomicLongArray(size());
    var left = new CountDownLatch(size());
    long start = System.nanoTime();
    for (int i = 0; i < size(); i++) {
      int number = i;
      long due = start + atNanos.get(i);
      for (long wait = due - System.nanoTime(); wait > 0; wait = due - System.nanoTime()) {
        LockSupport.parkNanos(wait);
      }
      batching
          .submit(which.get(i).request("m-" + i))
          .whenComplete(
              (answer, error) -> {
                if (error == null) {
                  latencies.set(number, System.nanoTime() - due);
                }
                left.countDown();
              });
    }
    if (!left.await(Platform.PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
      throw new AssertionError(left.getCount() + " requests are not answered");
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    var answered = IntStream.range(0, size()).mapToObj(latencies::get).toList();
    if (answered.contains(0L)) {
      throw new AssertionError(Collections.frequency(answered, 0L) + " requests failed");
    }
    return new Outcome(size() / seconds, answered, List.copyOf(which));
  }
}
