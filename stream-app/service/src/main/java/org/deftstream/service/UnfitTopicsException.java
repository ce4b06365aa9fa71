package org.deftstream.service;

import org.deftstream.deft.UserError;

/** The topics are not such that the service could work with them; the message says what to do. */
final class UnfitTopicsException extends UserError {
  private static final long serialVersionUID = 1L;

  UnfitTopicsException(String message) {
    super(message);
  }

  UnfitTopicsException(String message, Throwable cause) {
    super(message, cause);
  }
}
