package org.deftstream.service.live;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.deftstream.schemas.PrintableText;
import org.deftstream.schemas.avro.Measurement;
import org.deftstream.schemas.avro.Reconstruction;
import org.deftstream.service.control.ServingMethod;
import org.deftstream.service.ledger.RejectedRecordException;
import org.deftstream.service.topology.ReconstructionListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The last records of an instance, made small: the newest {@value #ANSWERS} pictures and {@value
 * #LETTERS} dead letters, of at most some hundred kilobytes each. Pictures are drawn when there is
 * a turn for one, rarely while nobody looks, so that a fast stream pays for a few of its records
 * and not for all. Thread-safe.
 */
public final class RecentRecords implements ReconstructionListener {
  static final int ANSWERS = 24;
  static final int LETTERS = 50;

  private static final Logger LOG = LoggerFactory.getLogger(RecentRecords.class);
  private static final int TEXT = 300;
  private static final int TURNS = 8;
  private static final double WATCHED_PER_NANO = 4e-9;
  private static final double UNWATCHED_PER_NANO = 0.2e-9;

  /**
   * An event for viewers.
   *
   * @param sequence its place among all, from 1
   * @param name its kind: {@code answer}, {@code letter}
   * @param data one line of JSON
   */
  record Entry(long sequence, String name, String data) {}

  private final boolean shows;
  private final LongSupplier nanos;
  private final Deque<Entry> answers = new ArrayDeque<>();
  private final Deque<Entry> letters = new ArrayDeque<>();
  private long sequence;
  private int viewers;
  private double turns = TURNS;
  private long turnsAt;

  /**
   * Keeps nothing yet.
   *
   * @param shows whether pictures and texts of records are kept at all
   * @param nanos a clock of any origin
   */
  public RecentRecords(boolean shows, LongSupplier nanos) {
    this.shows = shows;
    this.nanos = nanos;
    this.turnsAt = nanos.getAsLong();
  }

  /** Whether pictures and texts of records are kept. */
  boolean shows() {
    return shows;
  }

  /** A viewer has come, or gone. */
  synchronized void viewer(int change) {
    viewers += change;
  }

  synchronized boolean watched() {
    return viewers > 0;
  }

  private synchronized boolean turn() {
    long now = nanos.getAsLong();
    double rate = viewers > 0 ? WATCHED_PER_NANO : UNWATCHED_PER_NANO;
    turns = Math.min(TURNS, turns + rate * (now - turnsAt));
    turnsAt = now;
    if (turns < 1) {
      return false;
    }
    turns--;
    return true;
  }

  @Override
  public void reconstructed(
      ServingMethod method, org.deftstream.deft.engine.Reconstruction result) {
    // What is shown is what is published.
  }

  @Override
  public void answered(Measurement measurement, Reconstruction answer) {
    if (!shows || !turn()) {
      return;
    }
    try {
      add(answers, ANSWERS, "answer", describe(measurement, answer));
    } catch (RuntimeException e) {
      LOG.debug("a record cannot be drawn", e);
    }
  }

  private static ObjectNode describe(Measurement measurement, Reconstruction answer) {
    var from = answer.getProvenance();
    var node =
        JsonNodeFactory.instance
            .objectNode()
            .put("at", System.currentTimeMillis())
            .put("id", text(answer.getMeasurementId()))
            .put("task", text(answer.getTask()))
            .put("method", from.getMethod())
            .put("adapter", from.getAdapterId())
            .put("samples", answer.getSamples())
            .put("place", from.getSourcePartition() + "@" + from.getSourceOffset())
            .put("queueMs", from.getQueueMillis())
            .put("computeMs", from.getComputeMillis());
    if (Double.isFinite(from.getResidual())) {
      node.put("residual", from.getResidual());
    }
    node.put("outOfRange", answer.getResidualOutOfRange());
    node.set("measured", Thumbnail.of(measurement.getValues(), measurement.getAuxiliary()).json());
    node.set("mean", Thumbnail.of(answer.getMean()).json());
    if (answer.getStandardDeviation() != null) {
      node.set("deviation", Thumbnail.of(answer.getStandardDeviation()).json());
    }
    return node;
  }

  @Override
  public void rejected(int partition, long offset, RejectedRecordException reason) {
    var node =
        JsonNodeFactory.instance
            .objectNode()
            .put("at", System.currentTimeMillis())
            .put("place", partition + "@" + offset)
            .put("partition", partition)
            .put("reason", text(reason.errorClass()))
            .put("stage", reason.stage().header())
            .put("message", shows ? text(reason.getMessage()) : null);
    add(letters, LETTERS, "letter", node);
  }

  /** What others wrote: one line, no more than a little of it. */
  private static String text(String text) {
    return PrintableText.line(text, TEXT);
  }

  private synchronized void add(Deque<Entry> to, int most, String name, ObjectNode data) {
    to.addLast(new Entry(++sequence, name, data.toString()));
    if (to.size() > most) {
      to.removeFirst();
    }
    notifyAll();
  }

  /** What came after an entry and is still kept, oldest first; waits a moment if there is none. */
  synchronized List<Entry> after(long last, long waitMillis) throws InterruptedException {
    long ends = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(waitMillis);
    for (long left = waitMillis; sequence <= last && left > 0; ) {
      wait(left);
      left = TimeUnit.NANOSECONDS.toMillis(ends - System.nanoTime());
    }
    var entries = new ArrayList<Entry>();
    for (var kept : List.of(answers, letters)) {
      kept.stream().filter(entry -> entry.sequence > last).forEach(entries::add);
    }
    entries.sort(java.util.Comparator.comparingLong(Entry::sequence));
    return entries;
  }
}
