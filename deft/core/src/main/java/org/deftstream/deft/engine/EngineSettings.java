package org.deftstream.deft.engine;

import java.time.Duration;

/**
 * How an {@link Engine} works. Immutable.
 *
 * @param maxBatch most rows in one evaluation of the prior, at least 1; halved while the engine
 *     runs if the device has no memory for it, and tried again later
 * @param slots most trajectories that have begun and are not finished, at least {@code maxBatch}:
 *     each holds one image. Waiting requests are not counted; {@link AdmissionBudget} bounds them
 * @param stateBytes most bytes that the images of those take, positive; a trajectory that needs
 *     more runs alone
 * @param failureLimit so many evaluations of the prior in a row that fail even for a single row
 *     break the engine, at least 1; a fault of the device must not be taken for a fault of every
 *     record that comes along
 * @param closeTimeout how long {@link Engine#close()} lets accepted requests go on, and then waits
 *     for a step that does not return; zero gives them up at once
 */
public record EngineSettings(
    int maxBatch, int slots, long stateBytes, int failureLimit, Duration closeTimeout) {
  private static final int DEFAULT_FAILURE_LIMIT = 8;
  private static final long DEFAULT_STATE_BYTES = 256L << 20;
  private static final int SLOTS_PER_ROW = 4;
  private static final Duration DEFAULT_CLOSE_TIMEOUT = Duration.ofSeconds(10);

  /** Checks the ranges. */
  public EngineSettings {
    require(maxBatch >= 1, "maxBatch must be at least 1", maxBatch);
    require(slots >= maxBatch, "slots must be at least maxBatch (" + maxBatch + ")", slots);
    require(stateBytes >= 1, "stateBytes must be at least 1", stateBytes);
    require(failureLimit >= 1, "failureLimit must be at least 1", failureLimit);
    require(!closeTimeout.isNegative(), "closeTimeout must not be negative", closeTimeout);
  }

  /** Usual settings for a batch size: four slots for each row of a batch. */
  public static EngineSettings of(int maxBatch) {
    return new EngineSettings(
        maxBatch,
        SLOTS_PER_ROW * maxBatch,
        DEFAULT_STATE_BYTES,
        DEFAULT_FAILURE_LIMIT,
        DEFAULT_CLOSE_TIMEOUT);
  }

  /** The same settings with another {@code slots}. */
  public EngineSettings withSlots(int value) {
    return new EngineSettings(maxBatch, value, stateBytes, failureLimit, closeTimeout);
  }

  /** The same settings with another {@code stateBytes}. */
  public EngineSettings withStateBytes(long value) {
    return new EngineSettings(maxBatch, slots, value, failureLimit, closeTimeout);
  }

  /** The same settings with another {@code failureLimit}. */
  public EngineSettings withFailureLimit(int value) {
    return new EngineSettings(maxBatch, slots, stateBytes, value, closeTimeout);
  }

  /** The same settings with another {@code closeTimeout}. */
  public EngineSettings withCloseTimeout(Duration value) {
    return new EngineSettings(maxBatch, slots, stateBytes, failureLimit, value);
  }

  private static void require(boolean holds, String rule, Object value) {
    if (!holds) {
      throw new IllegalArgumentException(rule + ", got " + value);
    }
  }
}
