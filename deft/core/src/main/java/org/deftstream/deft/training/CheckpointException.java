package org.deftstream.deft.training;

import java.nio.file.Path;
import org.deftstream.deft.UserError;

/** The checkpoint in a run's directory is damaged, or of another network. */
public final class CheckpointException extends UserError {
  private static final long serialVersionUID = 1L;

  CheckpointException(Path directory, Exception cause) {
    super(
        "the checkpoint in "
            + directory
            + " does not fit this run ("
            + (cause.getMessage() == null ? "it lacks a part" : cause.getMessage())
            + "); choose another directory",
        cause);
  }
}
