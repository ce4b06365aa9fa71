package org.deftstream.deft.htransform;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.operator.ForwardOperator;
import org.deftstream.deft.prior.LearnedEstimate;

/**
 * Answers the one question of conditional sampling: given {@code (x_t, eps_theta(x_t, t), t, y)},
 * which correction h to the predicted noise conditions the prior on y (DEFT, theorem 3.1). In noise
 * units: {@code h = -sqrt(1 - alphaBar_t) grad ln p_t(y | x_t)}, so the corrected noise is {@code
 * eps + h}. Implementations are thread-safe, and a row's answer does not depend on its neighbours.
 */
public interface HTransform {
  /** The method's name, for provenance: {@code deft}, {@code diffpir}. */
  String method();

  /**
   * Whether the method is published as a step from x_t to x_s rather than as a correction of the
   * noise (DDNM, DDRM, DPS, PiGDM). Its h is then what makes DDIM's step the published one: {@code
   * h = (x_s published - x_s unconditional) / (weight of the noise in the step)}. Such a method
   * goes with the solver DDIM only, and sees the step's fresh noise.
   */
  default boolean prescribesStep() {
    return false;
  }

  /**
   * Whether h also depends on the conditional estimate of the step before, {@link
   * StepRow#previous}. A trajectory of such a method keeps one more image.
   */
  default boolean remembers() {
    return false;
  }

  /**
   * The weight rho, if the method's conditional estimate is the proximal point {@code argmin_x |y -
   * A x|^2 + rho |x - x0|^2} with the prior's estimate clipped to [-1, 1] as x0, or what {@link
   * #learnedEstimate} makes of it, and nothing else enters it: then a step can be composed on the
   * device ({@link org.deftstream.deft.prior.ComposedSteps}).
   *
   * @param alphaBar of the step's timestep, in (0, 1)
   * @return positive; empty for all other methods
   */
  default OptionalDouble proximalWeight(ForwardOperator operator, double alphaBar) {
    return OptionalDouble.empty();
  }

  /**
   * The network that makes the conditional estimate, where {@link #proximalWeight} has an answer:
   * the same object as long as its weights are the same.
   *
   * @return empty where the proximal point is the estimate
   */
  default Optional<LearnedEstimate> learnedEstimate() {
    return Optional.empty();
  }

  /**
   * Refuses images that the method has no answer for.
   *
   * @throws IllegalArgumentException one line that names both sides
   */
  default void require(ImageShape image) {}

  /**
   * Corrections for a batch of trajectories, each at its own timestep.
   *
   * @param rows at least one row; all of images of one shape
   * @return one array of image size for each row, in the order of the rows
   */
  List<float[]> correct(List<StepRow> rows);
}
