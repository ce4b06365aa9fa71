package org.deftstream.deft.htransform;

import java.util.ArrayList;
import java.util.List;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.operator.BoundMeasurement;
import org.deftstream.deft.prior.Prior;

/**
 * The methods that push a direction in image space through the prior's Jacobian: {@code x_s} moves
 * by {@code reach sqrt(a) J^T v}, J being that of the Tweedie estimate. With w the weight of the
 * noise in the step, {@code h = (reach / w) sqrt(a) J^T v}. One call of the prior's vector-Jacobian
 * product for all rows. Borrows the prior; thread-safe.
 */
abstract sealed class Guidance implements HTransform permits Dps, PiGdm {
  private final PriorJacobian jacobian;

  Guidance(Prior prior) {
    jacobian = new PriorJacobian(prior);
  }

  /** The direction v at the Tweedie estimate, of image size. */
  abstract float[] direction(BoundMeasurement measurement, float[] x0Hat, double alphaBar);

  /** How far x_s moves for each unit of {@code sqrt(a) J^T v}. */
  abstract double reach(StepRow row);

  @Override
  public final boolean prescribesStep() {
    return true;
  }

  @Override
  public final void require(ImageShape image) {
    jacobian.require(image);
  }

  @Override
  public final List<float[]> correct(List<StepRow> rows) {
    var directions =
        rows.parallelStream()
            .map(row -> direction(row.measurement(), row.x0Hat(), row.alphaBar()))
            .toList();
    var pushed = jacobian.transposed(rows, directions);
    var corrections = new ArrayList<float[]>(rows.size());
    for (int i = 0; i < rows.size(); i++) {
      var row = rows.get(i);
      double scale = reach(row) / row.step().noise();
      float[] h = pushed[i];
      for (int j = 0; j < h.length; j++) {
        h[j] = (float) (scale * h[j]);
      }
      corrections.add(h);
    }
    return corrections;
  }
}
