package org.deftstream.service;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the brokers every few seconds how many measurements wait, on a thread of its own, and keeps
 * the answer; that they answered at all is news too. It says once that they do not, and once that
 * they do again. Thread-safe; whoever started it closes it.
 */
final class BrokerWatch implements AutoCloseable {
  /** Brokers that have not answered for so long are gone. */
  static final Duration PATIENCE = Duration.ofSeconds(30);

  private static final Logger log = LoggerFactory.getLogger(BrokerWatch.class);
  private static final Duration INTERVAL = Duration.ofSeconds(3);

  private final Callable<Map<Integer, Long>> ask;
  private final LongSupplier clock;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            var made = new Thread(task, "deftstream-broker-watch");
            made.setDaemon(true);
            return made;
          });
  private volatile Map<Integer, Long> waiting = Map.of();
  private volatile long answeredAt;
  private boolean lost;
  private boolean refused;

  /**
   * Makes a watch that has just been answered.
   *
   * @param ask the number of measurements that wait, by partition; returns or fails within seconds
   * @param clock nanoseconds of any origin
   */
  BrokerWatch(Callable<Map<Integer, Long>> ask, LongSupplier clock) {
    this.ask = ask;
    this.clock = clock;
    this.answeredAt = clock.getAsLong();
  }

  /** Begins to ask. */
  void start() {
    thread.scheduleWithFixedDelay(this::look, 0, INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Asks once. */
  synchronized void look() {
    try {
      waiting = Map.copyOf(ask.call());
      refused = false;
      answered();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (TimeoutException e) {
      silent(e);
    } catch (RetriableException e) {
      // A group or partition that is on its way to another broker: somebody answered.
      answered();
    } catch (Exception e) {
      waiting = Map.of();
      if (!refused) {
        log.warn("how many measurements wait cannot be learned: {}", e.toString());
        refused = true;
      }
      answered();
    } catch (Error e) {
      // The executor would drop the task without a word.
      log.error("how many measurements wait cannot be learned, trying again", e);
    }
  }

  private void answered() {
    long now = clock.getAsLong();
    if (lost) {
      log.info(
          "Kafka answers again, after {} s; what waited goes on",
          TimeUnit.NANOSECONDS.toSeconds(now - answeredAt));
      lost = false;
    }
    answeredAt = now;
  }

  private void silent(TimeoutException why) {
    if (!lost && !answers()) {
      lost = true;
      log.warn(
          "no Kafka broker has answered for {} s; records and open commits wait for them, none is"
              + " lost: {}",
          TimeUnit.NANOSECONDS.toSeconds(clock.getAsLong() - answeredAt),
          why.getMessage());
    }
  }

  /** Whether a broker has answered within {@link #PATIENCE}. */
  boolean answers() {
    return clock.getAsLong() - answeredAt <= PATIENCE.toNanos();
  }

  /** Number of measurements that wait, by partition; empty while no broker answers. */
  Map<Integer, Long> waiting() {
    return answers() ? waiting : Map.of();
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
