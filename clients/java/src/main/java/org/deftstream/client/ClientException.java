package org.deftstream.client;

/** What a client could not do, in one sentence that says where. */
public final class ClientException extends RuntimeException {
  private static final long serialVersionUID = 1;

  ClientException(String message, Throwable cause) {
    super(message, cause);
  }
}
