package org.deftstream.deft.engine;

import java.time.Instant;
import java.util.Objects;
import org.deftstream.deft.htransform.HTransform;
import org.deftstream.deft.operator.BoundMeasurement;
import org.deftstream.deft.prior.Prior;
import org.deftstream.deft.sampler.SamplerSettings;

/**
 * One measurement to be reconstructed. Immutable; the engine borrows prior and h-transform until
 * the future completes, the caller keeps them open until then.
 *
 * <p>The h-transform instance is the unit of fairness: requests with the same instance share one
 * queue, and every queue of a prior gets the same share of its batches. So there is one instance
 * for each task and adapter, not one for each request.
 *
 * @param measurementId identity of the measurement; seeds the noise
 * @param prior the frozen diffusion model
 * @param hTransform conditions the prior on the measurement; stays the same to the last step
 * @param measurement y and the operator of this record
 * @param sampler timesteps, noise and number of samples
 * @param priority higher goes first among requests of the same h-transform; 0 is usual
 * @param deadline no step is spent after it; null if there is none
 */
public record ReconstructionRequest(
    String measurementId,
    Prior prior,
    HTransform hTransform,
    BoundMeasurement measurement,
    SamplerSettings sampler,
    int priority,
    Instant deadline) {

  /** Refuses null for everything but the deadline. */
  public ReconstructionRequest {
    Objects.requireNonNull(measurementId, "measurementId");
    Objects.requireNonNull(prior, "prior");
    Objects.requireNonNull(hTransform, "hTransform");
    Objects.requireNonNull(measurement, "measurement");
    Objects.requireNonNull(sampler, "sampler");
  }
}
