package org.deftstream.deft.engine;

import java.util.OptionalDouble;
import org.deftstream.deft.htransform.StepRow;
import org.deftstream.deft.sampler.DdimStep;
import org.deftstream.deft.sampler.SamplerSettings;
import org.deftstream.deft.sampler.StepWeights;

/**
 * A trajectory whose step is completed by the batch under way, and the arrays that it needs, made
 * when they are first needed: composed steps do without. Rows are kept from step to step so that a
 * step allocates no images.
 */
final class Row {
  private final int size;
  private float[] x0Hat;
  private float[] z;
  private Trajectory trajectory;
  private float[] eps;
  private StepWeights step;
  private Throwable failure;

  /** A row for images of so many values. */
  Row(int size) {
    this.size = size;
  }

  /** Makes this row stand for a trajectory. */
  void assign(Trajectory next) {
    trajectory = next;
    eps = next.predictedNoise();
    failure = null;
    var schedule = next.job().request().prior().schedule();
    step = StepWeights.of(sampler(), schedule.alphaBar(next.t()), schedule.alphaBar(next.target()));
  }

  /** Forgets the trajectory, so that nothing of a finished job is held. */
  void clear() {
    trajectory = null;
    eps = null;
    failure = null;
  }

  Trajectory trajectory() {
    return trajectory;
  }

  /** Where the step begins and ends. */
  StepWeights weights() {
    return step;
  }

  /** Whether the step leads to the clean image. */
  boolean last() {
    return step.targetAlphaBar() == 1;
  }

  /** The weight of the prior's estimate in the proximal point, if a step can be composed. */
  OptionalDouble proximalWeight() {
    var request = trajectory.job().request();
    return request.hTransform().proximalWeight(request.measurement().operator(), step.alphaBar());
  }

  /** The whole step was taken elsewhere. */
  void composed(boolean finite) {
    if (!finite) {
      failNonFinite("the composed step");
    }
  }

  /** Why the trajectory cannot go on; null if it can. */
  Throwable failure() {
    return failure;
  }

  void fail(Throwable cause) {
    failure = cause;
  }

  /** The prior's prediction is complete: computes the Tweedie estimate. */
  void predicted() {
    if (!finite(eps)) {
      failNonFinite("the prediction of prior " + trajectory.job().request().prior().name());
      return;
    }
    x0Hat = x0Hat == null ? new float[size] : x0Hat;
    DdimStep.clean(trajectory.x(), eps, step.alphaBar(), x0Hat);
  }

  /** What the h-transform sees; {@link #drawNoise} must have returned. */
  StepRow stepRow() {
    return new StepRow(
        trajectory.x(),
        eps,
        x0Hat,
        trajectory.t(),
        step.alphaBar(),
        trajectory.job().request().measurement(),
        step,
        z,
        trajectory.previous(),
        trajectory.job().request().prior().proximalDevice().orElse(null));
  }

  /** Refuses a correction of the wrong size, before any row of the call is changed. */
  void checkCorrection(float[] h) {
    if (h.length != eps.length) {
      throw new IllegalStateException(
          "h-transform "
              + trajectory.job().request().hTransform().method()
              + " returned "
              + h.length
              + " values for an image of "
              + eps.length);
    }
  }

  /** Adds the correction to the predicted noise. */
  void corrected(float[] h) {
    for (int i = 0; i < eps.length; i++) {
      eps[i] += h[i];
    }
    if (!finite(eps)) {
      failNonFinite("the correction of " + trajectory.job().request().hTransform().method());
    } else if (trajectory.job().request().hTransform().remembers()) {
      trajectory.remember(DdimStep.clean(trajectory.x(), eps, step.alphaBar()));
    }
  }

  /**
   * Draws the fresh noise of this step, if anyone needs it; looks at nothing but the trajectory.
   */
  void drawNoise() {
    z = z == null ? new float[size] : z;
    boolean asked = trajectory.job().request().hTransform().prescribesStep() && !last();
    if (step.fresh() != 0 || asked) {
      trajectory.noise().fill(z, trajectory.t());
    }
  }

  /** Takes the trajectory to its next timestep; {@link #drawNoise} must have returned. */
  void update() {
    trajectory.stepper().apply(trajectory.x(), eps, z, step);
    if (finite(trajectory.x())) {
      trajectory.advance();
    } else {
      failNonFinite("the next image");
    }
  }

  private SamplerSettings sampler() {
    return trajectory.job().request().sampler();
  }

  private void failNonFinite(String what) {
    failure =
        new NonFiniteSampleException(
            "measurement "
                + trajectory.job().request().measurementId()
                + ", sample "
                + trajectory.sample()
                + ", timestep "
                + trajectory.t()
                + ": "
                + what
                + " is not finite");
  }

  private static boolean finite(float[] values) {
    for (float value : values) {
      if (!Float.isFinite(value)) {
        return false;
      }
    }
    return true;
  }
}
