package org.deftstream.deft.operator.mri;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.deftstream.deft.operator.BinaryMask;

/**
 * The samples of a full Cartesian grid where a record's mask is 1. A record holds the whole grid;
 * what stands where the mask is 0 was not measured and is ignored, NaN too. Immutable and
 * thread-safe.
 */
final class MaskedGrid implements KSpace {
  private final KSpace grid;
  private final KSpace specified;
  private final float[] mask;
  private final int sampled;

  /**
   * A mask over a grid.
   *
   * @param grid all of it
   * @param specified what the specification says, which a record's mask does not change
   * @param mask readouts x samples of the grid
   * @throws IllegalArgumentException if it is no mask
   */
  MaskedGrid(KSpace grid, KSpace specified, float[] mask) {
    this.grid = grid;
    this.specified = specified;
    this.mask = mask.clone();
    sampled = BinaryMask.ones(mask, grid.samples(), "sample");
  }

  @Override
  public int readouts() {
    return grid.readouts();
  }

  @Override
  public int samples() {
    return grid.samples();
  }

  @Override
  public boolean sampled(int sample) {
    return mask[sample] != 0;
  }

  @Override
  public int sampledCount() {
    return sampled;
  }

  @Override
  public void measure(
      double[] real, double[] imaginary, double[] sampleReal, double[] sampleImaginary) {
    grid.measure(real, imaginary, sampleReal, sampleImaginary);
    hide(sampleReal);
    hide(sampleImaginary);
  }

  /** Changes its first two arguments. */
  @Override
  public void adjoint(
      double[] sampleReal, double[] sampleImaginary, double[] real, double[] imaginary) {
    hide(sampleReal);
    hide(sampleImaginary);
    grid.adjoint(sampleReal, sampleImaginary, real, imaginary);
  }

  private void hide(double[] values) {
    for (int i = 0; i < values.length; i++) {
      if (mask[i] == 0) {
        values[i] = 0;
      }
    }
  }

  @Override
  public double weight(int sample) {
    return grid.weight(sample);
  }

  @Override
  public double scale() {
    return grid.scale();
  }

  @Override
  public double rowFrequency(int sample) {
    return grid.rowFrequency(sample);
  }

  @Override
  public double columnFrequency(int sample) {
    return grid.columnFrequency(sample);
  }

  @Override
  public void describe(ObjectNode spec) {
    specified.describe(spec);
  }
}
