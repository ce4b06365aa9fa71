package org.deftstream.service.control;

import java.util.Optional;
import org.deftstream.deft.htransform.HTransform;
import org.deftstream.deft.operator.ForwardOperator;
import org.deftstream.deft.prior.Prior;
import org.deftstream.deft.sampler.SamplerSettings;
import org.deftstream.deft.task.Task;

/**
 * A lease on what serves one measurement. Everything it hands out stays usable until {@link
 * #close}, also when another adapter was activated in between. Immutable and thread-safe; whoever
 * acquired it closes it, and closing it again does nothing.
 */
public interface ServingMethod extends AutoCloseable {
  /** The task, as it was when the lease was taken. */
  Task task();

  /** The task's forward operator, not yet bound to a record's auxiliary inputs. */
  default ForwardOperator operator() {
    return task().operator();
  }

  /** The task's prior; owned by the control plane. */
  Prior prior();

  /** The h-transform: a learned adapter or a training-free method. */
  HTransform hTransform();

  /** How samples are drawn with this method. */
  SamplerSettings sampler();

  /** The method's name, for provenance: {@code deft}, {@code diffpir}. */
  String method();

  /** The adapter's id; empty for a training-free method. */
  Optional<String> adapterId();

  /**
   * Tells that the measurement was reconstructed: the serve-time guard of a canary counts it.
   *
   * @param residual data consistency in units of the noise
   */
  default void reconstructed(double residual) {}

  /**
   * Whether a residual lies outside the range in which the adapter was validated with this sampler.
   *
   * @param residual data consistency in units of the noise; NaN if there is no noise level
   * @return empty if there is no such range
   */
  default Optional<Boolean> outOfRange(double residual) {
    return Optional.empty();
  }

  /**
   * The factor with which the samples' standard deviation covered what it should in the adapter's
   * validation with this sampler; empty where none is known.
   */
  default Optional<Double> deviationFactor() {
    return Optional.empty();
  }

  /** Tells that the engine could not reconstruct the measurement with this method. */
  default void failed() {}

  /** Gives the lease back. The last lease on a replaced adapter lets it go. */
  @Override
  void close();
}
