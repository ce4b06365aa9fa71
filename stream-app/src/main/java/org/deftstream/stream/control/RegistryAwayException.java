package org.deftstream.stream.control;

/**
 * The schema registry did not answer: nothing is known of the record, and trying again can help.
 */
final class RegistryAwayException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  RegistryAwayException(Throwable cause) {
    super(Reasons.of(cause), cause);
  }
}
