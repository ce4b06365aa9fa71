package org.deftstream.messaging.control;

/**
 * A record of the control topic as it lies there.
 *
 * @param task the key
 * @param offset where it lies in its partition; the records of one task lie in one partition
 * @param value the bytes of the value; null retires the task
 */
public record ControlRecord(String task, long offset, byte[] value) {
  /** What keeping it costs, in bytes. */
  long bytes() {
    return OVERHEAD + 2L * task.length() + (value == null ? 0 : value.length);
  }

  private static final int OVERHEAD = 200;
}
