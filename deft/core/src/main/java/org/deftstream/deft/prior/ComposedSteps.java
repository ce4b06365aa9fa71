package org.deftstream.deft.prior;

import java.util.List;
import java.util.Optional;
import org.deftstream.deft.operator.BoundMeasurement;
import org.deftstream.deft.operator.ForwardOperator;
import org.deftstream.deft.sampler.CounterNoise;
import org.deftstream.deft.sampler.StepWeights;

/**
 * Whole steps of trajectories, composed into one call where the prior is evaluated: the prior, its
 * clipped estimate, the proximal point of that, and DDIM's step with fresh noise. With {@code a =
 * alphaBar_t} and {@code b = alphaBar_s} of the target,
 *
 * <pre>{@code
 * x0  = clip((x_t - sqrt(1 - a) eps) / sqrt(a), -1, 1)
 * x0h = argmin_x |y - A x|^2 + rho |x - x0|^2
 * x_s = sqrt(b) x0h + predicted (x_t - sqrt(a) x0h) / sqrt(1 - a) + fresh z
 * }</pre>
 *
 * Where the estimate is learned, x0 is clipped as {@link LearnedEstimate} says, and x0h is what it
 * makes of x0 and of the proximal point.
 *
 * <p>For images that are one row of the prior as they are. x_t and the measurement stay on the
 * device from step to step. The answers are those of the host up to rounding (1e-4 in [-1, 1]).
 * Thread-safe. Belongs to whoever made it, who closes it; what it has open is then gone.
 */
public interface ComposedSteps {
  /** Rows of equal groups go through one call. */
  interface Group {}

  /** One trajectory on the device. Used by one thread at a time. */
  interface State extends AutoCloseable {
    /**
     * Copies x_t to the host.
     *
     * @return height x width x channels, in a new array
     * @throws IllegalStateException if it was closed
     */
    float[] image();

    /** Gives its memory to the next one; not while a step of it runs. May be called again. */
    @Override
    void close();
  }

  /**
   * One row of a step.
   *
   * @param state x_t, replaced by x_s
   * @param t timestep of x_t, in [0, N - 1]
   * @param rho positive weight of the prior's estimate in the proximal point
   * @param step where the step begins and ends, and the weight of its fresh noise
   */
  record Row(State state, int t, double rho, StepWeights step) {}

  /**
   * The group of rows of an operator; those of different learned estimates are never of one group.
   *
   * @param learned what makes the conditional estimate; empty if it is the proximal point
   * @return empty if their steps cannot be composed
   */
  Optional<Group> group(ForwardOperator operator, Optional<LearnedEstimate> learned);

  /** Whether a batch of so many rows is to be composed now; the answer may change with time. */
  boolean wanted(Group group, int rows);

  /**
   * Notes how long a batch took from its begin to its end, composed or not, for {@link #wanted}.
   *
   * @param nanos time beside none of another batch's
   */
  void took(Group group, int rows, boolean composed, long nanos);

  /**
   * Puts a trajectory on the device.
   *
   * @param group of the measurement's operator
   * @param noise what fresh noise is drawn from
   * @param x x_t, height x width x channels; copied
   * @return to be closed by the caller; empty if there is no room
   */
  Optional<State> open(Group group, BoundMeasurement measurement, CounterNoise noise, float[] x);

  /**
   * Takes rows a step further. If it throws, no row has been.
   *
   * @param rows at least one, all of the group
   * @param padded rows that the networks see, at least as many
   * @return for each row whether all that was computed for it is finite
   * @throws RuntimeException as the prior does: for one, if there is no memory for so many rows
   * @throws IllegalStateException if a state or this was closed
   */
  boolean[] step(Group group, List<Row> rows, int padded);
}
