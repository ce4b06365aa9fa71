package org.deftstream.deft.engine;

import java.util.concurrent.CancellationException;

/**
 * The engine was closed before the request was answered. It says nothing about the measurement: as
 * a {@link CancellationException} it makes {@code future.isCancelled()} true, like a request that
 * its owner took back.
 */
public class EngineClosedException extends CancellationException {
  private static final long serialVersionUID = 1L;

  /** With a message that says what was not answered. */
  public EngineClosedException(String message) {
    super(message);
  }
}
