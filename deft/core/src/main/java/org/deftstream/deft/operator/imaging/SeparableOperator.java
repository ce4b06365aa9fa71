package org.deftstream.deft.operator.imaging;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import java.util.function.Consumer;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.linalg.AxisMatrix;
import org.deftstream.deft.operator.FixedOperator;
import org.deftstream.deft.operator.GaussianNoise;
import org.deftstream.deft.operator.ImageSized;
import org.deftstream.deft.operator.MeasurementRange;
import org.deftstream.deft.operator.OperatorBounds;
import org.deftstream.deft.operator.ProximalForm;
import org.deftstream.deft.operator.SpectralForm;
import org.hipparchus.linear.RealMatrix;

/**
 * Linear operators that act along the image's two axes one after the other, {@code Y = D X W^T} for
 * every channel: super-resolution and Gaussian blur. Their singular value decomposition is that of
 * two small matrices, so the proximal point, the pseudo-inverse and {@link #spectralForm} are in
 * closed form. Immutable and thread-safe.
 *
 * <p>Super-resolution, kind {@code super-resolution}: y is an image smaller by the factor r on each
 * side, made by averaging blocks of r x r pixels ({@code average}; all singular values are 1/r, and
 * {@code A^+ = r^2 A^T} repeats each value r x r times) or by {@code bicubic} interpolation with
 * antialiasing. The pseudo-inverse is exact.
 *
 * <p>Gaussian blur, kind {@code gaussian-blur}: y has the shape of the image, which is reflected at
 * its border. The inverse of a blur would drown in noise, so its stated surrogate is the least
 * squares answer with rho = {@code (2 sigma)^2}: right for images of standard deviation 1/2.
 */
final class SeparableOperator extends FixedOperator {
  static final String SUPER_RESOLUTION = "super-resolution";
  static final String GAUSSIAN_BLUR = "gaussian-blur";

  private final Consumer<ObjectNode> describe;
  private final AxisMatrix down;
  private final AxisMatrix across;
  private final AxisMatrix downTransposed;
  private final AxisMatrix acrossTransposed;
  private final SeparableSpectrum spectrum;
  private final double regularisation;
  private final MeasurementRange range;

  /**
   * Makes an operator.
   *
   * @param describe adds the fields of the kind to a specification
   * @param down D, acts along the height
   * @param across W, acts along the width
   * @param spectrum their decomposition
   * @param regularisation rho of the pseudo-inverse; 0 for the exact one
   */
  SeparableOperator(
      String kind,
      ImageShape shape,
      GaussianNoise noise,
      Consumer<ObjectNode> describe,
      RealMatrix down,
      RealMatrix across,
      SeparableSpectrum spectrum,
      double regularisation) {
    super(kind, shape, noise);
    this.describe = describe;
    this.down = new AxisMatrix(down);
    this.across = new AxisMatrix(across);
    downTransposed = new AxisMatrix(down.transpose());
    acrossTransposed = new AxisMatrix(across.transpose());
    this.spectrum = spectrum;
    this.regularisation = regularisation;
    range = MeasurementRange.symmetric(down.getNormInfty() * across.getNormInfty());
  }

  @Override
  protected void describe(ObjectNode spec) {
    describe.accept(spec);
  }

  /** Height, width and channels of y. */
  @Override
  public int[] measurementShape() {
    return new int[] {down.rows(), across.rows(), channels()};
  }

  @Override
  protected Optional<ImageSized> sized() {
    return Optional.of(new ImageSized(channels(), 1, imageShape().height() / down.rows()));
  }

  @Override
  public long bytesAt(ImageShape shape) {
    return OperatorBounds.matricesBytes(shape);
  }

  @Override
  public MeasurementRange measurementRange() {
    return range;
  }

  @Override
  public float[] measure(float[] image) {
    requireImage(image);
    return AxisMatrix.apply(down, across, image, channels());
  }

  @Override
  public float[] adjoint(float[] measurement) {
    requireMeasurement(measurement);
    return AxisMatrix.apply(downTransposed, acrossTransposed, measurement, channels());
  }

  @Override
  public float[] pseudoInverse(float[] measurement) {
    requireMeasurement(measurement);
    return spectrum.proximal(new float[imageShape().size()], measurement, regularisation);
  }

  /** {@code A^+ (y - A x0Hat)}. */
  @Override
  public float[] likelihoodGradient(float[] x0Hat, float[] measurement) {
    return pseudoInverse(misfit(x0Hat, measurement));
  }

  /** In closed form, in the operator's spectral coordinates. */
  @Override
  public float[] proximal(float[] x0, float[] measurement, double rho) {
    requireWeight(rho);
    requireImage(x0);
    requireMeasurement(measurement);
    return spectrum.proximal(x0, measurement, rho);
  }

  @Override
  public Optional<SpectralForm> spectralForm() {
    return Optional.of(spectrum);
  }

  @Override
  public Optional<ProximalForm> proximalForm() {
    return Optional.of(spectrum.proximalForm());
  }
}
