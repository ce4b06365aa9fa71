package org.deftstream.service;

import java.util.function.Supplier;
import org.apache.kafka.common.utils.Time;

/**
 * The time of Kafka Streams: as the system's clock says at first, and from then on forward, however
 * that clock is set. Streams calls nothing that is due while its clock stands before the last call,
 * so a clock that is set back by an hour would hold back parked and recovered records for an hour.
 * Thread-safe.
 */
final class SteadyTime implements Time {
  private final long startMillis = Time.SYSTEM.milliseconds();
  private final long startNanos = Time.SYSTEM.nanoseconds();

  @Override
  public long milliseconds() {
    return startMillis + (nanoseconds() - startNanos) / 1_000_000;
  }

  @Override
  public long nanoseconds() {
    return Time.SYSTEM.nanoseconds();
  }

  @Override
  public void sleep(long millis) {
    Time.SYSTEM.sleep(millis);
  }

  @Override
  public void waitObject(Object monitor, Supplier<Boolean> condition, long deadlineMillis)
      throws InterruptedException {
    synchronized (monitor) {
      for (long left = deadlineMillis - milliseconds();
          !condition.get();
          left = deadlineMillis - milliseconds()) {
        if (left <= 0) {
          throw new org.apache.kafka.common.errors.TimeoutException("the condition was not met");
        }
        monitor.wait(left);
      }
    }
  }
}
