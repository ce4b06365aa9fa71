package org.deftstream.service.ledger;

import java.util.TreeMap;

/**
 * Offsets that are to be read, lowest first. Not thread-safe.
 *
 * <p>Each has a number that rises with its coming, by which a reader tells what was asked for
 * before it looked at the log from what was asked for since, of which it cannot say that it is not
 * there.
 */
final class ReadRequests {
  /**
   * One offset to read.
   *
   * @param offset the offset
   * @param alone whether it is handed out only when nothing else is being worked on
   * @param bytes of the budget that its work is known to need, or 0
   * @param number rises from request to request
   */
  record Request(long offset, boolean alone, long bytes, long number) {}

  private final TreeMap<Long, Request> byOffset = new TreeMap<>();
  private long newest;

  void add(long offset, boolean alone, long bytes) {
    byOffset.put(offset, new Request(offset, alone, bytes, ++newest));
  }

  void remove(Request request) {
    byOffset.remove(request.offset(), request);
  }

  void clear() {
    byOffset.clear();
  }

  boolean isEmpty() {
    return byOffset.isEmpty();
  }

  /** The one with the lowest offset, or null. */
  Request first() {
    var first = byOffset.firstEntry();
    return first == null ? null : first.getValue();
  }

  /** The one for an offset, or null. */
  Request at(long offset) {
    return byOffset.get(offset);
  }

  /** The number of the one that came last. */
  long newest() {
    return newest;
  }
}
