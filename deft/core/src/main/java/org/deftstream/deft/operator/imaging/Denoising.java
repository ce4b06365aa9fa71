package org.deftstream.deft.operator.imaging;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.Optional;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.operator.FixedOperator;
import org.deftstream.deft.operator.ForwardOperator;
import org.deftstream.deft.operator.GaussianNoise;
import org.deftstream.deft.operator.ImageSized;
import org.deftstream.deft.operator.MeasurementRange;
import org.deftstream.deft.operator.OperatorFactory;
import org.deftstream.deft.operator.SpectralForm;
import org.deftstream.deft.text.JsonFields;

/**
 * The image itself with white Gaussian noise on it, kind {@code denoising}: y = x + noise. A is the
 * identity, so everything is in closed form. Immutable and thread-safe.
 */
final class Denoising extends FixedOperator implements SpectralForm {
  private static final String KIND = "denoising";

  private Denoising(ImageShape shape, GaussianNoise noise) {
    super(KIND, shape, noise);
  }

  /**
   * Makes {@link Denoising} from {@code {"kind": "denoising", "noise": {"type": "gaussian",
   * "sigma": 0.1}}}.
   */
  public static final class Factory implements OperatorFactory {
    @Override
    public String kind() {
      return KIND;
    }

    @Override
    public ForwardOperator create(JsonNode spec, ImageShape shape) {
      var fields = JsonFields.of(spec, "operator " + KIND);
      fields.text("kind");
      var noise = GaussianNoise.read(fields);
      fields.refuseUnknown();
      return new Denoising(shape, noise);
    }
  }

  @Override
  protected void describe(ObjectNode spec) {
    // The noise is all there is.
  }

  /** Height, width and channels of the image. */
  @Override
  public int[] measurementShape() {
    return new int[] {imageShape().height(), imageShape().width(), channels()};
  }

  @Override
  protected Optional<ImageSized> sized() {
    return Optional.of(ImageSized.same(channels()));
  }

  @Override
  public MeasurementRange measurementRange() {
    return MeasurementRange.symmetric(1);
  }

  @Override
  public float[] measure(float[] image) {
    requireImage(image);
    return image.clone();
  }

  @Override
  public float[] adjoint(float[] measurement) {
    requireMeasurement(measurement);
    return measurement.clone();
  }

  @Override
  public float[] pseudoInverse(float[] measurement) {
    return adjoint(measurement);
  }

  /** {@code y - x0Hat}. */
  @Override
  public float[] likelihoodGradient(float[] x0Hat, float[] measurement) {
    return misfit(x0Hat, measurement);
  }

  /** The mean of both, weighed. */
  @Override
  public float[] proximal(float[] x0, float[] measurement, double rho) {
    requireWeight(rho);
    requireImage(x0);
    requireMeasurement(measurement);
    var result = new float[x0.length];
    for (int i = 0; i < result.length; i++) {
      result[i] = (float) ((measurement[i] + rho * x0[i]) / (1 + rho));
    }
    return result;
  }

  @Override
  public Optional<SpectralForm> spectralForm() {
    return Optional.of(this);
  }

  @Override
  public float[] singularValues() {
    var ones = new float[imageShape().size()];
    Arrays.fill(ones, 1);
    return ones;
  }

  @Override
  public float[] imageToSpectral(float[] image) {
    return image.clone();
  }

  @Override
  public float[] spectralToImage(float[] coordinates) {
    return coordinates.clone();
  }

  @Override
  public float[] measurementToSpectral(float[] measurement) {
    return measurement.clone();
  }
}
