package org.deftstream.devstack.instruments;

import java.util.List;
import org.deftstream.deft.operator.ForwardOperator;
import org.deftstream.deft.variational.Fista;
import org.deftstream.deft.variational.TotalVariation;

/** What everybody in tomography would make of a scan. Stateless. */
final class ScanBaselines {
  private static final int DENOISING_STEPS = 20;

  private ScanBaselines() {}

  /**
   * Filtered back-projection, and total variation from it.
   *
   * @param y what was measured, in units of the operator
   * @param most the largest value that an image may have; the least is -1
   * @param weight of total variation
   * @param steps of FISTA
   */
  static List<Estimate> of(
      ForwardOperator operator, float[] y, double most, double weight, int steps) {
    float[] filtered = operator.pseudoInverse(y);
    var shape = operator.imageShape();
    var penalty = new TotalVariation(shape, -1, most, DENOISING_STEPS);
    return List.of(
        Estimate.of("filtered back-projection", filtered, shape),
        Estimate.of(
            "total variation",
            Fista.reconstruct(operator, y, penalty, weight, filtered, steps),
            shape));
  }
}
