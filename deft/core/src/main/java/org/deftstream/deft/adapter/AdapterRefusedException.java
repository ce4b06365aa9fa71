package org.deftstream.deft.adapter;

/**
 * An adapter that must not serve here. The message is one line for a person and names both sides:
 * what the adapter has and what is needed.
 */
public final class AdapterRefusedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** A refusal with its reason. */
  public AdapterRefusedException(String message) {
    super(message);
  }

  /** A refusal with its reason and what led to it. */
  public AdapterRefusedException(String message, Throwable cause) {
    super(message, cause);
  }
}
