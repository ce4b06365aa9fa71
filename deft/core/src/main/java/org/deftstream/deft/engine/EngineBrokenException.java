package org.deftstream.deft.engine;

/**
 * The engine, not a request, is at fault: the native runtime is lost, or the device does not hold a
 * batch of one. A {@link org.deftstream.deft.prior.Prior} or an {@link
 * org.deftstream.deft.htransform.HTransform} throws it to stop the engine; every future of a broken
 * engine ends with it. It says nothing about the measurement, so a request that fails with it is to
 * be tried elsewhere, not to be given up.
 */
public class EngineBrokenException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** With a message that says what broke. */
  public EngineBrokenException(String message) {
    super(message);
  }

  /** With a message that says what broke, and the cause. */
  public EngineBrokenException(String message, Throwable cause) {
    super(message, cause);
  }
}
