package org.deftstream.deft.checkpoint;

/**
 * How much the pickles of one file may do, those inside of others included: a few bytes of a pickle
 * can stand for much work and memory.
 */
final class PickleBudget {
  /** Of a whole checkpoint with the state of its optimizer there are some 200,000. */
  private static final int MOST_OPERATIONS = 2_000_000;

  private static final int MOST_TEXT = 64 << 20;

  private int operations;
  private long text;

  void operation() {
    if (++operations > MOST_OPERATIONS) {
      throw new UnsoundCheckpointException(
          "the pickle has more than " + MOST_OPERATIONS + " operations");
    }
  }

  void text(long bytes) {
    text += bytes;
    if (text > MOST_TEXT) {
      throw new UnsoundCheckpointException(
          "the pickle has more than " + MOST_TEXT + " bytes of text");
    }
  }
}
