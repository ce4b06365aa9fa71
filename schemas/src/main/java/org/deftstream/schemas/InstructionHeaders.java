package org.deftstream.schemas;

/**
 * Names of the headers by which a producer tells the service how a measurement is to be answered.
 * All values are UTF-8 text; all may be absent.
 */
public final class InstructionHeaders {
  /** Id of the adapter that must serve the record; another is never used in its place. */
  public static final String ADAPTER = "deft.adapter";

  /** A whole number from -100 to 100: higher goes first within the task. 0 if absent. */
  public static final String PRIORITY = "deft.priority";

  /**
   * When the answer is of no use any more: milliseconds since 1970, or a time such as {@code
   * 2030-01-31T12:00:00Z}. The record is a dead letter from then on.
   */
  public static final String DEADLINE = "deft.deadline";

  /** Largest absolute value of {@link #PRIORITY}. */
  public static final int MAX_PRIORITY = 100;

  private InstructionHeaders() {}
}
