package org.deftstream.messaging.control;

/**
 * The schema registry did not answer: nothing is known of the record, and trying again can help.
 */
public final class RegistryAwayException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public RegistryAwayException(Throwable cause) {
    super(Reasons.of(cause), cause);
  }
}
