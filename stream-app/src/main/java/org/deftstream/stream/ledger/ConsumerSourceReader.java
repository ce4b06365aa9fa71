package org.deftstream.stream.ledger;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads with a consumer of its own, which belongs to no group, on a thread of its own. Thread and
 * consumer exist only while there is something to read, and a few seconds after.
 *
 * <p>A record is handed out together with the permit to work on it, so no more is read ahead than
 * the consumer fetches at once. Errors of the connection or the broker are retried for as long as
 * the reader is open; only a record that is certainly not in the log is reported as gone.
 */
public final class ConsumerSourceReader implements SourceReader {
  private static final Logger log = LoggerFactory.getLogger(ConsumerSourceReader.class);
  private static final Duration LINGER = Duration.ofSeconds(5);
  private static final Duration RETRY = Duration.ofMillis(500);

  private final Supplier<? extends Consumer<byte[], byte[]>> consumers;
  private final TopicPartition partition;
  private final Admission admission;
  private final ArrayDeque<Request> requests = new ArrayDeque<>();
  private final Queue<Reading> readings = new ConcurrentLinkedQueue<>();
  private Consumer<byte[], byte[]> consumer;
  private boolean running;
  private volatile boolean closed;

  record Request(long offset, boolean alone) {}

  /**
   * Makes a reader that has not begun.
   *
   * @param consumers makes a consumer with {@code auto.offset.reset=none}, without a group, reading
   *     committed records; the reader closes it
   * @param partition the partition to read
   * @param admission room for what is read
   */
  public ConsumerSourceReader(
      Supplier<? extends Consumer<byte[], byte[]>> consumers,
      TopicPartition partition,
      Admission admission) {
    this.consumers = consumers;
    this.partition = partition;
    this.admission = admission;
  }

  @Override
  public void request(long offset, boolean alone) {
    synchronized (requests) {
      if (closed) {
        return;
      }
      requests.addLast(new Request(offset, alone));
      if (running) {
        requests.notifyAll();
        return;
      }
      running = true;
    }
    var thread = new Thread(this::run, "deftstream-reader-" + partition);
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public Reading poll() {
    return readings.poll();
  }

  @Override
  public void close() {
    synchronized (requests) {
      closed = true;
      requests.clear();
      requests.notifyAll();
      if (consumer != null) {
        consumer.wakeup();
      }
    }
    giveBack();
  }

  private void run() {
    boolean again = true;
    while (again) {
      try {
        readUntilIdle();
        again = false;
      } catch (WakeupException e) {
        again = false;
      } catch (RuntimeException e) {
        // Nothing that a consumer throws says that a record is gone: that is found out in the pass.
        log.warn("reading {} again failed, trying once more: {}", partition, e.toString());
        again = pause();
      }
    }
    giveBack();
  }

  /** One life of a consumer. */
  private void readUntilIdle() {
    try (Consumer<byte[], byte[]> opened = consumers.get()) {
      synchronized (requests) {
        consumer = opened;
      }
      try {
        opened.assign(List.of(partition));
        var pass = new SourcePass(opened, partition, this::next, this::hand);
        while (awaitRequest()) {
          pass.read();
        }
      } finally {
        synchronized (requests) {
          if (consumer == opened) {
            consumer = null;
          }
        }
      }
    }
  }

  /** False when there has been nothing to read for a while, or never will be. */
  private boolean awaitRequest() {
    long deadline = System.nanoTime() + LINGER.toNanos();
    synchronized (requests) {
      while (requests.isEmpty() && !closed) {
        long left = (deadline - System.nanoTime()) / 1_000_000;
        if (left <= 0 || !waitFor(left)) {
          break;
        }
      }
      running = !requests.isEmpty() && !closed;
      return running;
    }
  }

  /** False if there is nothing left to do after the pause. */
  private boolean pause() {
    synchronized (requests) {
      if (!closed) {
        waitFor(RETRY.toMillis());
      }
      running = !requests.isEmpty() && !closed;
      return running;
    }
  }

  private boolean waitFor(long millis) {
    try {
      requests.wait(millis);
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private Request next() {
    synchronized (requests) {
      return closed ? null : requests.peekFirst();
    }
  }

  /** Answers the first request. */
  private void hand(SourceRecord record, String gone) {
    Request request = next();
    if (request == null) {
      return;
    }
    Reading reading;
    if (record == null) {
      reading = new Gone(request.offset(), gone);
    } else {
      var permit =
          request.alone()
              ? admission.admitAlone(record.bytes(), () -> closed)
              : admission.admit(record.bytes(), () -> closed);
      if (permit.isEmpty()) {
        return;
      }
      reading = new Found(record, permit.get());
    }
    synchronized (requests) {
      requests.pollFirst();
      readings.add(reading);
    }
    if (closed) {
      giveBack();
    }
  }

  private void giveBack() {
    if (!closed) {
      return;
    }
    for (Reading reading = readings.poll(); reading != null; reading = readings.poll()) {
      if (reading instanceof Found found) {
        found.permit().close();
      }
    }
  }
}
