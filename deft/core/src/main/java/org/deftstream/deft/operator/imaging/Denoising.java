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
import org.deftstream.deft.operator.ProximalForm;
import org.deftstream.deft.operator.SpectralForm;
import org.deftstream.deft.text.JsonFields;

/**
 * The image itself with white Gaussian noise on it, kind {@code denoising}: y = x + noise. A is the
 * identity, so everything is in closed form. Immutable and thread-safe.
 */
final class Denoising extends FixedOperator {
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

  @Override
  protected Optional<ImageSized> sized() {
    return Optional.of(ImageSized.same(channels()));
  }

  @Override
  public MeasurementRange measurementRange() {
    return MeasurementRange.OF_IMAGES;
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

  /** That of a mask that hides nothing. */
  @Override
  public Optional<SpectralForm> spectralForm() {
    return Optional.of(new MaskSpectrum(ones()));
  }

  @Override
  public Optional<ProximalForm> proximalForm() {
    return Optional.of(new ProximalForm.Diagonal(ones()));
  }

  private float[] ones() {
    var ones = new float[imageShape().size()];
    Arrays.fill(ones, 1);
    return ones;
  }
}
