package org.deftstream.schemas;

/** A tensor that a producer sent wrong; the message says what is wrong and what would be right. */
public final class InvalidTensorException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes the exception.
   *
   * @param message one sentence that names the tensor, what it holds and what was expected
   */
  public InvalidTensorException(String message) {
    super(message);
  }
}
