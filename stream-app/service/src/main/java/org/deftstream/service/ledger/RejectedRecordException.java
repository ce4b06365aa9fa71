package org.deftstream.service.ledger;

/** A record that cannot be answered; the message says what is wrong and what would be right. */
public final class RejectedRecordException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Class of records that are not in the source topic any more. */
  public static final String GONE = "SourceRecordGone";

  /** Where a record was found to be wrong. */
  public enum Stage {
    DECODE,
    VALIDATE,
    ADMIT,
    COMPUTE,
    PUBLISH;

    /** The name in headers: {@code decode}. */
    public String header() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }

  private final Stage stage;
  private final String errorClass;

  /**
   * Makes the exception.
   *
   * @param stage where it was found
   * @param errorClass a short name to count by, for example {@code WrongShape}
   * @param message one sentence for a person
   */
  public RejectedRecordException(Stage stage, String errorClass, String message) {
    this(stage, errorClass, message, null);
  }

  /**
   * Makes the exception.
   *
   * @param stage where it was found
   * @param errorClass a short name to count by
   * @param message one sentence for a person
   * @param cause what was thrown, or null
   */
  public RejectedRecordException(Stage stage, String errorClass, String message, Throwable cause) {
    super(message, cause);
    this.stage = stage;
    this.errorClass = errorClass;
  }

  /** Where it was found. */
  public Stage stage() {
    return stage;
  }

  /** A short name to count by. */
  public String errorClass() {
    return errorClass;
  }
}
