package org.deftstream.service.ledger;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/** A reader that finds what the test gives it. */
final class ManualReader implements SourceReader {
  private final List<String> requests = new ArrayList<>();
  private final ArrayDeque<Reading> readings = new ArrayDeque<>();
  private boolean closed;

  /** What was asked for: {@code 7}, or {@code 7 alone}. */
  List<String> requests() {
    return requests;
  }

  boolean closed() {
    return closed;
  }

  void find(SourceRecord record, AdmissionController admission) {
    readings.add(new Found(record, admission.admit(record.bytes(), 0, () -> false).orElseThrow()));
  }

  void miss(long offset) {
    readings.add(new Gone(offset, "the log begins at offset 1000"));
  }

  void fail(long offset) {
    readings.add(new Unreadable(offset, "its batch cannot be unpacked"));
  }

  @Override
  public void request(long offset, boolean alone, long bytes) {
    requests.add(offset + (alone ? " alone" : "") + (bytes > 0 ? " with " + bytes + " bytes" : ""));
  }

  @Override
  public Reading poll() {
    return readings.poll();
  }

  @Override
  public void close() {
    closed = true;
  }
}
