package org.deftstream.trainer.refresh;

/**
 * An adapter that won is not published, and trying again does not help: the task is served by
 * another adapter than the one it was judged against, or the service refuses it.
 */
public final class PublicationRefusedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * A refusal.
   *
   * @param message one line that says why
   */
  public PublicationRefusedException(String message) {
    super(message);
  }
}
