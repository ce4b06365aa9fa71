package org.deftstream.service.ledger;

/**
 * Where answers leave, in the order of their offsets, within the running transaction. Confined to
 * the task's stream thread.
 */
public interface RecordCollector {
  /**
   * Publishes an answer.
   *
   * @param record the record that is answered
   * @param value the answer
   * @throws RejectedRecordException if the answer cannot be published; nothing was sent, and the
   *     record becomes a dead letter
   */
  void answer(SourceRecord record, byte[] value);

  /**
   * Publishes a dead letter.
   *
   * @param offset offset of the record that cannot be answered
   * @param record the record, or null if it is not in the source topic any more
   * @param reason why
   */
  void deadLetter(long offset, SourceRecord record, RejectedRecordException reason);

  /**
   * Publishes one dead letter for many records that are not in the source topic any more.
   *
   * @param first offset of the first
   * @param last offset of the last
   * @param reason why they cannot be answered
   */
  void deadLetters(long first, long last, RejectedRecordException reason);
}
