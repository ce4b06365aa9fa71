package org.deftstream.deft.operator;

import org.hipparchus.linear.MatrixUtils;
import org.hipparchus.linear.RealMatrix;
import org.hipparchus.linear.SingularValueDecomposition;

/**
 * The singular value decomposition of an operator {@code Y = D X W^T} that acts along the two axes
 * one after the other: the product of the decompositions of D and W. Immutable and thread-safe.
 */
final class SeparableSpectrum implements SpectralForm {
  /** Singular values below this fraction of the largest are rounding, and count as 0. */
  private static final double RANK_TOLERANCE = 1e-6;

  private final Axis down;
  private final Axis across;
  private final int channels;
  private final float[] singularValues;

  SeparableSpectrum(RealMatrix down, RealMatrix across, int channels) {
    this.down = new Axis(down);
    this.across = new Axis(across);
    this.channels = channels;
    int height = down.getColumnDimension();
    int width = across.getColumnDimension();
    double least = RANK_TOLERANCE * this.down.values[0] * this.across.values[0];
    singularValues = new float[height * width * channels];
    for (int i = 0; i < singularValues.length; i++) {
      int pixel = i / channels;
      double value = this.down.values[pixel / width] * this.across.values[pixel % width];
      singularValues[i] = value < least ? 0 : (float) value;
    }
  }

  @Override
  public float[] singularValues() {
    return singularValues.clone();
  }

  @Override
  public float[] imageToSpectral(float[] image) {
    return AxisMatrix.apply(down.toSpectral, across.toSpectral, image, channels);
  }

  @Override
  public float[] spectralToImage(float[] coordinates) {
    return AxisMatrix.apply(down.fromSpectral, across.fromSpectral, coordinates, channels);
  }

  @Override
  public float[] measurementToSpectral(float[] measurement) {
    var spectral =
        AxisMatrix.apply(down.measuredToSpectral, across.measuredToSpectral, measurement, channels);
    for (int i = 0; i < spectral.length; i++) {
      if (singularValues[i] == 0) {
        spectral[i] = 0;
      }
    }
    return spectral;
  }

  /**
   * {@code argmin_x |y - A x|^2 + rho |x - x0|^2}, exactly; for rho = 0 of least distance to x0.
   */
  float[] proximal(float[] x0, float[] measurement, double rho) {
    var coordinates = imageToSpectral(x0);
    var measured = measurementToSpectral(measurement);
    for (int i = 0; i < coordinates.length; i++) {
      double value = singularValues[i];
      if (value > 0) {
        coordinates[i] =
            (float) ((value * measured[i] + rho * coordinates[i]) / (value * value + rho));
      }
    }
    return spectralToImage(coordinates);
  }

  /** {@code (A^T A + rho I)^-1} of an image. */
  float[] precondition(float[] image, double rho) {
    var coordinates = imageToSpectral(image);
    for (int i = 0; i < coordinates.length; i++) {
      coordinates[i] /= (float) ((double) singularValues[i] * singularValues[i] + rho);
    }
    return spectralToImage(coordinates);
  }

  private static final class Axis {
    private final double[] values;
    private final AxisMatrix toSpectral;
    private final AxisMatrix fromSpectral;
    private final AxisMatrix measuredToSpectral;

    private Axis(RealMatrix matrix) {
      int side = matrix.getColumnDimension();
      // Rows of zeros make it square, so that V spans the null space as well.
      var square = MatrixUtils.createRealMatrix(side, side);
      square.setSubMatrix(matrix.getData(), 0, 0);
      var decomposition = new SingularValueDecomposition(square);
      values = decomposition.getSingularValues();
      toSpectral = new AxisMatrix(decomposition.getVT());
      fromSpectral = new AxisMatrix(decomposition.getV());
      measuredToSpectral =
          new AxisMatrix(
              decomposition.getUT().getSubMatrix(0, side - 1, 0, matrix.getRowDimension() - 1));
    }
  }
}
