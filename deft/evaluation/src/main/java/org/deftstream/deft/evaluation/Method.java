package org.deftstream.deft.evaluation;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Optional;
import org.deftstream.deft.operator.BoundMeasurement;

/**
 * One way from measurements to images, with its parameters, ready to run. Used by one thread.
 * Closed by whoever opened it.
 */
public interface Method extends AutoCloseable {
  /**
   * What tells this method from every other: name, parameters, sampler, fingerprints of what was
   * learned. Results are kept under a fingerprint of it.
   */
  JsonNode identity();

  /** How it is sampled, in one line; empty if it is not. */
  default String sampler() {
    return "";
  }

  /** Evaluations of the prior for one sample; 0 if it does not use the prior. */
  int steps();

  /** Samples K of each measurement. */
  default int samples() {
    return 1;
  }

  /** Number of its own weights; 0 if nothing was learned for the task. */
  default long parameters() {
    return 0;
  }

  /** The residuals beyond which the service marks an answer, if it does: {@code {low, high}}. */
  default Optional<double[]> residualRange() {
    return Optional.empty();
  }

  /** Evaluates once what is slow the first time, so that no image pays for it. */
  default void warmUp(List<String> ids, List<BoundMeasurement> measurements) {}

  /**
   * Reconstructs measurements.
   *
   * @param ids seeds of the noise: the same id gives the same image
   * @param measurements as many
   * @return one answer for each, in their order
   */
  List<Estimate> reconstruct(List<String> ids, List<BoundMeasurement> measurements);

  /** Closes what the method opened itself; prior and engine are the plan's. */
  @Override
  default void close() {}
}
