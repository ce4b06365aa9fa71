package org.deftstream.deft.training;

import org.deftstream.deft.UserError;

/** A training that leads nowhere: its weights are of no use, and going on does not mend them. */
public final class TrainingDivergedException extends UserError {
  private static final long serialVersionUID = 1L;

  /**
   * A training that diverged.
   *
   * @param message one line that says where and how
   */
  public TrainingDivergedException(String message) {
    super(message);
  }
}
