package org.deftstream.deft.engine;

import java.time.Duration;

/**
 * What an engine has done since it started, and what it holds now. A snapshot: the figures are read
 * one after the other while the engine goes on.
 *
 * @param steps steps taken, each one batch of one prior
 * @param evaluations rows stepped: trajectories times steps. The prior sees each exactly once,
 *     except when a failed batch is tried again
 * @param paddedRows rows that only filled a batch up to an allowed size
 * @param retriedRows rows given to the prior again after a failed batch
 * @param submitted requests accepted
 * @param completed requests answered
 * @param failed requests that ended with an exception, deadlines included
 * @param cancelled requests taken back by their owner, or given up when the engine was closed
 * @param requestsHeld requests accepted and not yet ended
 * @param trajectoriesInFlight trajectories that have begun and are not finished
 * @param trajectoriesWaiting trajectories of accepted requests that have not begun
 * @param maxBatch the present limit; lower than the setting after the device ran out of memory
 * @param busyTime time spent in steps
 * @param priorTime part of it spent in the prior
 * @param hTransformTime part of it spent in h-transforms
 * @param queueTime sum of {@link Reconstruction#queueTime()} over the requests answered
 * @param computeTime sum of {@link Reconstruction#computeTime()} over the requests answered
 */
public record EngineStatistics(
    long steps,
    long evaluations,
    long paddedRows,
    long retriedRows,
    long submitted,
    long completed,
    long failed,
    long cancelled,
    long requestsHeld,
    int trajectoriesInFlight,
    int trajectoriesWaiting,
    int maxBatch,
    Duration busyTime,
    Duration priorTime,
    Duration hTransformTime,
    Duration queueTime,
    Duration computeTime) {

  /** Mean number of trajectories in a batch, padding not counted; 0 before the first step. */
  public double meanBatch() {
    return steps == 0 ? 0 : (double) evaluations / steps;
  }

  /** Part of the present limit that a mean batch fills, in [0, 1]; may exceed 1 after halving. */
  public double batchFill() {
    return meanBatch() / maxBatch;
  }
}
