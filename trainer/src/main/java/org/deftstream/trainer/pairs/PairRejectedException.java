package org.deftstream.trainer.pairs;

/** A labelled pair that cannot be learned from; becomes a dead letter. */
public final class PairRejectedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Where a pair was found wanting, as the dead letter's header names it. */
  public enum Stage {
    /** The bytes are not a pair. */
    DECODE,
    /** The pair does not fit its task. */
    VALIDATE;

    /** The header's text. */
    String header() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }

  private final Stage stage;
  private final String errorClass;

  PairRejectedException(Stage stage, String errorClass, String message) {
    this(stage, errorClass, message, null);
  }

  PairRejectedException(Stage stage, String errorClass, String message, Throwable cause) {
    super(message, cause);
    this.stage = stage;
    this.errorClass = errorClass;
  }

  /** Where it was found. */
  public Stage stage() {
    return stage;
  }

  /** A name that is stable enough to count by. */
  public String errorClass() {
    return errorClass;
  }
}
