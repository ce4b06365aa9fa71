package org.deftstream.service.ledger;

/**
 * This instance cannot answer anything any more, through no fault of a record. It must stop; its
 * records go, unanswered, to the next owner of their partition.
 */
public final class BrokenServiceException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes the exception.
   *
   * @param message what broke
   * @param cause what was thrown
   */
  public BrokenServiceException(String message, Throwable cause) {
    super(message, cause);
  }
}
