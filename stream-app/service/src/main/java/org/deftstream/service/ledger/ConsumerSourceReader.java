package org.deftstream.service.ledger;

import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.IntFunction;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.deftstream.service.ledger.ReadRequests.Request;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads with a consumer of its own, which belongs to no group, on a thread of its own. Thread and
 * consumer exist only while there is something to read, and a few seconds after.
 *
 * <p>A record is handed out together with the permit to work on it, so no more is read ahead than
 * the consumer fetches at once. Whatever is thrown, the thread goes on for as long as the reader is
 * open: errors of the connection or the broker are retried without end, and only a record that is
 * certainly not in the log is reported as gone. A record at which reading fails again and again for
 * another reason, alone in its poll, is reported as unreadable.
 */
public final class ConsumerSourceReader implements SourceReader {
  /** Records that a consumer returns at once, usually; they are on the heap before admission. */
  public static final int USUAL_RECORDS = 8;

  private static final Logger log = LoggerFactory.getLogger(ConsumerSourceReader.class);
  private static final Duration LINGER = Duration.ofSeconds(5);
  private static final Duration RETRY = Duration.ofMillis(500);

  private final IntFunction<? extends Consumer<byte[], byte[]>> consumers;
  private final TopicPartition partition;
  private final AdmissionController admission;
  private final ReadFailures failures;
  private final ReadRequests requests = new ReadRequests();
  private final Queue<Reading> readings = new ConcurrentLinkedQueue<>();
  private Consumer<byte[], byte[]> consumer;
  private Thread thread;
  private volatile boolean closed;

  /**
   * Makes a reader that has not begun.
   *
   * @param consumers makes a consumer that returns at most so many records at once, with {@code
   *     auto.offset.reset=none}, without a group, reading committed records; the reader closes it
   * @param partition the partition to read
   * @param admission room for what is read
   */
  public ConsumerSourceReader(
      IntFunction<? extends Consumer<byte[], byte[]>> consumers,
      TopicPartition partition,
      AdmissionController admission) {
    this(consumers, partition, admission, new ReadFailures());
  }

  /** A reader with another idea of what is unreadable. */
  ConsumerSourceReader(
      IntFunction<? extends Consumer<byte[], byte[]>> consumers,
      TopicPartition partition,
      AdmissionController admission,
      ReadFailures failures) {
    this.consumers = consumers;
    this.partition = partition;
    this.admission = admission;
    this.failures = failures;
  }

  @Override
  public void request(long offset, boolean alone, long bytes) {
    synchronized (requests) {
      if (closed) {
        return;
      }
      requests.add(offset, alone, bytes);
      if (thread != null) {
        requests.notifyAll();
        return;
      }
      var starting = new Thread(this::run, "deftstream-reader-" + partition);
      starting.setDaemon(true);
      starting.start();
      thread = starting;
    }
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
      } catch (Throwable e) {
        again = goOnAfter(e);
      }
    }
    giveBack();
  }

  /**
   * False if there is nothing left to do. Throws nothing, also if there is no memory for a line.
   */
  private boolean goOnAfter(Throwable thrown) {
    try {
      // Nothing that a consumer throws says that a record is gone: that is found out in the pass.
      log.warn("reading {} again failed, trying once more: {}", partition, thrown.toString());
      Request lowest = asked().first();
      if (lowest != null && failures.unreadable(lowest.offset(), thrown)) {
        log.warn("{}@{} cannot be read and is given up", partition, lowest.offset());
        answer(lowest, new Unreadable(lowest.offset(), thrown.toString()));
      }
    } catch (Throwable e) {
      // The pause gives others the time to let go of what they hold.
    }
    return pause();
  }

  /** One life of a consumer. */
  private void readUntilIdle() {
    int records = failures.suspected() ? 1 : USUAL_RECORDS;
    try (Consumer<byte[], byte[]> opened = consumers.apply(records)) {
      synchronized (requests) {
        consumer = opened;
      }
      try {
        opened.assign(List.of(partition));
        var pass = new LogScan(opened, partition, asked());
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
      return goesOn();
    }
  }

  /** False if there is nothing left to do after the pause. */
  private boolean pause() {
    synchronized (requests) {
      if (!closed) {
        waitFor(RETRY.toMillis());
      }
      return goesOn();
    }
  }

  /** If not, the next request starts another thread; the lock is held. */
  private boolean goesOn() {
    boolean goesOn = !requests.isEmpty() && !closed;
    if (!goesOn) {
      thread = null;
    }
    return goesOn;
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

  private LogScan.Requests asked() {
    return new LogScan.Requests() {
      @Override
      public Request first() {
        synchronized (requests) {
          return requests.first();
        }
      }

      @Override
      public Request at(long offset) {
        synchronized (requests) {
          return requests.at(offset);
        }
      }

      @Override
      public long newest() {
        synchronized (requests) {
          return requests.newest();
        }
      }

      @Override
      public void found(Request request, SourceRecord record) {
        var permit =
            request.alone()
                ? admission.admitAlone(record.bytes(), request.bytes(), () -> closed)
                : admission.admit(record.bytes(), request.bytes(), () -> closed);
        permit.ifPresent(granted -> answer(request, new Found(record, granted)));
      }

      @Override
      public void gone(Request request, String reason) {
        answer(request, new Gone(request.offset(), reason));
      }
    };
  }

  private void answer(Request request, Reading reading) {
    failures.answered();
    synchronized (requests) {
      requests.remove(request);
      readings.add(reading);
    }
    giveBack();
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
