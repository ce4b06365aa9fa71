package org.deftstream.deft.prior;

import java.util.Map;
import org.deftstream.deft.tensor.FloatTensor;

/**
 * A conditional estimate that a network makes of the prior's and of its proximal point, as a
 * composed step has it ({@link ComposedSteps}). With x0 the prior's estimate clipped to {@code
 * [-clip, clip]}, p the proximal point of x0, and {@code c = sqrt(1 - alphaBar_t)},
 *
 * <pre>{@code
 * g   = (p - x0) / c
 * x0h = x0 + c (NN1(features, t) + s(t) g)
 * }</pre>
 *
 * The features are x_t, x0, the measurement's conditioning and g, in this order, channels last.
 * Immutable and thread-safe. Equal only to itself, so what is derived from the weights may be kept
 * in a weak map under this object.
 */
public final class LearnedEstimate {
  private final NetworkConfig network;
  private final Map<String, FloatTensor> weights;
  private final double clip;

  /**
   * An estimate by a network.
   *
   * @param network NN1
   * @param weights those of NN1 and of s by name, in the names and layout of diffusers; neither the
   *     map nor its tensors may be changed any more
   * @param clip bound of |x0|, above 0
   */
  public LearnedEstimate(NetworkConfig network, Map<String, FloatTensor> weights, double clip) {
    this.network = network;
    this.weights = weights;
    this.clip = clip;
  }

  /** NN1. */
  public NetworkConfig network() {
    return network;
  }

  /** The weights of NN1 and of s by name; lent, and not to be changed. */
  public Map<String, FloatTensor> weights() {
    return weights;
  }

  /** Bound of |x0|. */
  public double clip() {
    return clip;
  }
}
