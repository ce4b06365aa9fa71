package org.deftstream.service.ledger;

/**
 * A record cannot be worked on now, through no fault of its own: its room goes to others, and its
 * work begins anew after a while.
 */
public final class PostponedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final long bytes;

  /**
   * Makes the exception.
   *
   * @param message what is missing
   * @param bytes of the budget that the work needs when it begins anew; 0 if that is not known
   * @param cause what was thrown, or null
   */
  public PostponedException(String message, long bytes, Throwable cause) {
    super(message, cause);
    this.bytes = bytes;
  }

  /** Bytes of the budget that the work needs when it begins anew; 0 if that is not known. */
  public long bytes() {
    return bytes;
  }
}
