package org.deftstream.service.ledger;

/**
 * Reads single records of one source partition again, for one incarnation of a task, which owns it
 * and closes it. Its methods are called by the task's stream thread and never wait.
 */
public interface SourceReader extends AutoCloseable {
  /**
   * Asks for one record, once until it is answered.
   *
   * @param offset the record's offset
   * @param alone whether the record is handed out only when nothing else is being worked on
   * @param bytes of the budget that its work is known to need; 0 if that is not known
   */
  void request(long offset, boolean alone, long bytes);

  /** The next record that was found or cannot be had, or null. */
  Reading poll();

  /** Stops reading. Permits of readings that were not polled are given back. */
  @Override
  void close();

  /** Makes the reader of a task's partition. */
  @FunctionalInterface
  interface Factory {
    /**
     * Makes a reader that has not begun.
     *
     * @param partition the source partition
     */
    SourceReader open(int partition);
  }

  /** What became of one request. */
  sealed interface Reading {
    /** The offset asked for. */
    long offset();
  }

  /**
   * The record was found.
   *
   * @param record the record
   * @param permit room for it; goes over to whoever polls
   */
  record Found(SourceRecord record, AdmissionController.Permit permit) implements Reading {
    @Override
    public long offset() {
      return record.offset();
    }
  }

  /**
   * The record is not in the source topic any more.
   *
   * @param offset the offset asked for
   * @param reason one clause for a person: why it is not there
   */
  record Gone(long offset, String reason) implements Reading {}

  /**
   * The record is there, but cannot be read, however often it is tried.
   *
   * @param offset the offset asked for
   * @param reason one clause for a person: what happens when it is read
   */
  record Unreadable(long offset, String reason) implements Reading {}
}
