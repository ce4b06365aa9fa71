package org.deftstream.trainer.refresh;

/** The task is served by another adapter than the one that a candidate was judged against. */
public final class ServingChangedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * A change that came in between.
   *
   * @param message one line that names both
   */
  public ServingChangedException(String message) {
    super(message);
  }
}
