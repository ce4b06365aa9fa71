package org.deftstream.deft.engine;

/**
 * A sample turned NaN or infinite on its way. Only its own request fails; the message says at which
 * timestep and what produced the value.
 */
public class NonFiniteSampleException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** With a message that names measurement, sample, timestep and producer. */
  public NonFiniteSampleException(String message) {
    super(message);
  }
}
