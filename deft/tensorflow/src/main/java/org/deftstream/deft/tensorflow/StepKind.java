package org.deftstream.deft.tensorflow;

import org.deftstream.deft.operator.ForwardOperator;
import org.deftstream.deft.operator.ProximalForm;
import org.deftstream.deft.prior.LearnedEstimate;
import org.deftstream.deft.prior.NetworkConfig;

/**
 * What graphs of composed steps differ in.
 *
 * @param point how the proximal point is found
 * @param network what makes the conditional estimate of it; null for the point itself
 * @param clip bound of the prior's estimate
 */
record StepKind(GraphProximal.Kind point, NetworkConfig network, double clip) {
  /**
   * The kind of steps of an operator.
   *
   * @param learned null where the proximal point is the estimate
   */
  static StepKind of(ProximalForm form, ForwardOperator operator, LearnedEstimate learned) {
    var point = GraphProximal.Kind.of(form, operator);
    return learned == null
        ? new StepKind(point, null, 1)
        : new StepKind(point, learned.network(), learned.clip());
  }

  @Override
  public String toString() {
    return point.operator() + " " + point.shape() + (network == null ? "" : " with an adapter");
  }
}
