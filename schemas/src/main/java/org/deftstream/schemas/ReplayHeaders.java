package org.deftstream.schemas;

/**
 * Names of the headers that a replayed measurement carries besides those that it came with. Values
 * are UTF-8 text. They stay on its answer and on its next dead letter.
 */
public final class ReplayHeaders {
  /** How often it was replayed, decimal: the guard against records that fail for ever. */
  public static final String COUNT = "deft.replay.count";

  /** The first record that this is a copy of: {@code measurements-0@1200}. */
  public static final String ORIGIN = "deft.replay.origin";

  /** The dead letter that it was made of: {@code measurements.dlq-0@17}. */
  public static final String LETTER = "deft.replay.letter";

  private ReplayHeaders() {}
}
