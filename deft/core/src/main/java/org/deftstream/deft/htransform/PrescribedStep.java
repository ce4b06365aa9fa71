package org.deftstream.deft.htransform;

import java.util.List;

/**
 * Methods that say what the next state is, each row for itself. The correction is what DDIM's step
 * lacks of it.
 */
abstract class PrescribedStep implements HTransform {
  @Override
  public final boolean prescribesStep() {
    return true;
  }

  @Override
  public final List<float[]> correct(List<StepRow> rows) {
    return rows.parallelStream().map(this::correct).toList();
  }

  /** {@code h = (x_s - DDIM(x_t)) / w} with w the weight of the noise, a new array. */
  abstract float[] correct(StepRow row);
}
