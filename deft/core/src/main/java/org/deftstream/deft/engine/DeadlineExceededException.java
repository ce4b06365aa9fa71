package org.deftstream.deft.engine;

import java.time.Duration;
import java.time.Instant;

/**
 * The deadline of a request went by before its result was there. Thrown before a step is spent on
 * it, so a request that is late on arrival costs nothing.
 */
public class DeadlineExceededException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * Says which request is how late.
   *
   * @param measurementId the measurement's id
   * @param deadline the deadline
   * @param now the time at which the engine saw it
   */
  public DeadlineExceededException(String measurementId, Instant deadline, Instant now) {
    super(
        "measurement "
            + measurementId
            + ": the deadline "
            + deadline
            + " went by "
            + Duration.between(deadline, now).toMillis()
            + " ms ago");
  }
}
