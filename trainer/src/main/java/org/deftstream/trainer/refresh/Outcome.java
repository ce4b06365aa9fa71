package org.deftstream.trainer.refresh;

import java.util.Optional;

/**
 * How a refresh ended.
 *
 * @param end what became of the candidate
 * @param adapterId the candidate, if there was one
 * @param reason why, in one line
 */
public record Outcome(End end, Optional<String> adapterId, String reason) {
  /** What became of the candidate. */
  public enum End {
    /** It serves, or is on trial. */
    PUBLISHED,
    /** The gate was not passed, so nothing was published. */
    REFUSED,
    /** No training came to an end that could be judged. */
    DIVERGED
  }
}
