package org.deftstream.service.ledger;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;
import org.deftstream.service.ledger.ReadRequests.Request;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds requested offsets in a log, and finds out which of them are not there: below the start of
 * the log (retention, deleted records), skipped by a later record or by the consumer's position
 * (compaction), or, if it stays so for a while, beyond its end (a truncated log). Confined to one
 * thread.
 */
final class LogScan {
  private static final Logger log = LoggerFactory.getLogger(LogScan.class);
  private static final Duration POLL = Duration.ofMillis(200);

  /** A new leader may state an old end of the log for some time. */
  private static final Duration BEYOND_END = Duration.ofSeconds(60);

  /** A record that neither comes nor is passed over is worth a line in the log. */
  private static final Duration SLOW = Duration.ofSeconds(30);

  /** Reading over so many records costs less than a seek, which throws away what was fetched. */
  private static final long READ_OVER = 64;

  /** What is asked for, by whoever reads. */
  interface Requests {
    /** The request with the lowest offset, or null. */
    Request first();

    /** The request for an offset, or null. */
    Request at(long offset);

    /** The number of the request that came last. */
    long newest();

    /** Answers a request with its record. */
    void found(Request request, SourceRecord record);

    /** Answers a request with the reason why its record is gone. */
    void gone(Request request, String reason);
  }

  private final Consumer<byte[], byte[]> consumer;
  private final TopicPartition partition;
  private final Requests requests;
  private long position = -1;
  private long beyondEndSince = -1;
  private long waitingFor = -1;
  private long waitingSince;

  /**
   * Makes a pass.
   *
   * @param consumer assigned to the partition
   * @param partition the partition
   * @param requests what is asked for
   */
  LogScan(Consumer<byte[], byte[]> consumer, TopicPartition partition, Requests requests) {
    this.consumer = consumer;
    this.partition = partition;
    this.requests = requests;
  }

  /** Polls once and answers what can be answered. */
  void read() {
    // Before the lowest is looked for: what is asked for later may lie before the place where this
    // poll begins, and is not gone for that.
    long newest = requests.newest();
    var lowest = requests.first();
    if (lowest == null) {
      return;
    }
    noteSlowness(lowest.offset());
    try {
      moveTo(lowest.offset());
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL).records(partition)) {
        beyondEndSince = -1;
        skipTo(record.offset(), newest, "the log goes on at offset " + record.offset());
        var request = requests.at(record.offset());
        if (request != null) {
          requests.found(request, SourceRecord.of(record));
        }
      }
      position = consumer.position(partition);
      skipTo(position, newest, "the log holds nothing more below offset " + position);
    } catch (OffsetOutOfRangeException e) {
      position = -1;
      outOfRange(lowest.offset(), newest);
    }
  }

  private void noteSlowness(long offset) {
    long now = System.nanoTime();
    if (offset != waitingFor) {
      waitingFor = offset;
      waitingSince = now;
    } else if (now - waitingSince > SLOW.toNanos()) {
      log.warn("{}@{} has not come for {} s, still reading", partition, offset, SLOW.toSeconds());
      waitingSince = now;
    }
  }

  private void moveTo(long offset) {
    if (position < 0 || offset < position || offset - position > READ_OVER) {
      consumer.seek(partition, offset);
    }
  }

  /** Every request so old and below an offset that was reached without it is gone. */
  private void skipTo(long offset, long newest, String reason) {
    for (var request = requests.first();
        request != null && request.offset() < offset && request.number() <= newest;
        request = requests.first()) {
      requests.gone(request, reason);
    }
  }

  private void outOfRange(long offset, long newest) {
    long start = consumer.beginningOffsets(List.of(partition)).get(partition);
    if (offset < start) {
      skipTo(start, newest, "the log begins at offset " + start);
      return;
    }
    Map<TopicPartition, Long> ends = consumer.endOffsets(List.of(partition));
    long end = ends.get(partition);
    long now = System.nanoTime();
    if (offset < end) {
      beyondEndSince = -1;
    } else if (beyondEndSince < 0) {
      beyondEndSince = now;
    } else if (now - beyondEndSince > BEYOND_END.toNanos()) {
      skipTo(Long.MAX_VALUE, newest, "the log ends at offset " + end);
    }
  }
}
