package org.deftstream.deft.operator.imaging;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.operator.AuxiliaryInputs;
import org.deftstream.deft.operator.ForwardOperator;
import org.deftstream.deft.operator.GaussianNoise;
import org.deftstream.deft.operator.GradientSolved;
import org.deftstream.deft.operator.ImageSized;
import org.deftstream.deft.operator.MeasurementRange;
import org.deftstream.deft.operator.OperatorBounds;

/**
 * A camera without a lens, kind {@code lensless}: what its sensor sees of a scene is the
 * convolution with a kernel as large as the sensor, of which the sensor cuts a part out. The kernel
 * is the sensor's picture of one point of light before its middle, the auxiliary input {@code psf},
 * sensor height x width; it is divided by its sum. The scene, the image, is as large as the sensor
 * or {@code scene} times as high and wide, the sensor before its middle; beyond it is darkness.
 *
 * <p>The pseudo-inverse is a stated surrogate, one deconvolution: {@code (C^T C + rho)^-1 A^T (y +
 * A 1) - 1}, C being the convolution without the cut. Proximal points are those of {@value
 * #POINT_ITERATIONS} conjugate gradients at most. Immutable and thread-safe.
 */
final class LenslessCamera extends GradientSolved {
  static final String KIND = "lensless";

  /** Name of the auxiliary input. */
  static final String PSF = "psf";

  /** Frequencies whose power is below this part of the strongest are not told from noise. */
  private static final double LEAST_POWER = 1e-3;

  /**
   * Enough for the tolerance where the prior is felt; what more would change at smaller weights are
   * frequencies that the kernel hardly passes, and the next step's point begins where this one
   * ends.
   */
  private static final int POINT_ITERATIONS = 30;

  /** Points of light of a kernel that is drawn. */
  private static final int SPOTS = 40;

  private final int scene;
  private final int height;
  private final int width;

  /** Null before {@link #bind}. */
  private final CutConvolution convolution;

  /** {@code A 1}. */
  private final float[] ones;

  LenslessCamera(ImageShape shape, GaussianNoise noise, int scene, float[] psf) {
    super(KIND, shape, noise);
    this.scene = scene;
    height = shape.height() / scene;
    width = shape.width() / scene;
    convolution = psf == null ? null : new CutConvolution(psf, height, width, scene);
    if (psf == null) {
      ones = null;
    } else {
      var white = new float[shape.size()];
      Arrays.fill(white, 1);
      ones = measure(white);
    }
  }

  @Override
  protected void describe(ObjectNode spec) {
    spec.put("scene", scene);
  }

  /** That of the sensor, and the channels of the image. */
  @Override
  public int[] measurementShape() {
    return new int[] {height, width, channels()};
  }

  @Override
  protected Optional<ImageSized> sized() {
    return Optional.of(new ImageSized(channels(), 1, scene));
  }

  @Override
  public long bytesAt(ImageShape shape) {
    return OperatorBounds.paddingBytes(shape, 2);
  }

  @Override
  public Map<String, int[]> auxiliaryShapes() {
    return Map.of(PSF, new int[] {height, width});
  }

  @Override
  public ForwardOperator bind(Map<String, float[]> auxiliary) {
    AuxiliaryInputs.requireKnown(this, auxiliary.keySet());
    float[] psf = auxiliary.get(PSF);
    if (psf == null || psf.length != height * width) {
      throw new IllegalArgumentException(
          "%s needs the auxiliary input '%s' of %d x %d values, got %s"
              .formatted(KIND, PSF, height, width, psf == null ? "none" : psf.length));
    }
    return new LenslessCamera(imageShape(), noise(), scene, psf);
  }

  /** Points of light here and there, each a little blurred. */
  @Override
  public Map<String, float[]> drawAuxiliary(RandomGenerator random) {
    var psf = new float[height * width];
    for (int spot = 0; spot < SPOTS; spot++) {
      double y = random.nextDouble() * height;
      double x = random.nextDouble() * width;
      double weight = random.nextDouble();
      for (int i = 0; i < psf.length; i++) {
        double dy = i / width - y;
        double dx = i % width - x;
        psf[i] += (float) (weight * Math.exp(-(dy * dy + dx * dx) / 2));
      }
    }
    return Map.of(PSF, psf);
  }

  /** That of images: the kernel's values sum to 1. */
  @Override
  public MeasurementRange measurementRange() {
    return MeasurementRange.OF_IMAGES;
  }

  @Override
  public float[] measure(float[] image) {
    requireKernel();
    requireImage(image);
    return convolution.measured(image, channels());
  }

  @Override
  public float[] adjoint(float[] measurement) {
    requireKernel();
    requireMeasurement(measurement);
    return convolution.adjoint(measurement, channels());
  }

  @Override
  protected UnaryOperator<float[]> nearInverse(double rho) {
    return image -> convolution.uncut(image, channels(), rho);
  }

  @Override
  protected int iterations() {
    return POINT_ITERATIONS;
  }

  @Override
  public float[] pseudoInverse(float[] measurement) {
    requireKernel();
    requireMeasurement(measurement);
    var light = measurement.clone();
    for (int i = 0; i < light.length; i++) {
      light[i] += ones[i];
    }
    var image = solve(light, leastPower());
    for (int i = 0; i < image.length; i++) {
      image[i] -= 1;
    }
    return image;
  }

  /**
   * {@code (C^T C + rho)^-1 A^T (y - A x0Hat)}, C being the convolution without the cut, shortened
   * where it would overshoot the least misfit in its direction, because the sensor's edges are not
   * in it.
   */
  @Override
  public float[] likelihoodGradient(float[] x0Hat, float[] measurement) {
    var misfit = misfit(x0Hat, measurement);
    var step = deconvolved(misfit);
    var change = measure(step);
    double towards = 0;
    double squares = 0;
    for (int i = 0; i < change.length; i++) {
      towards += (double) change[i] * misfit[i];
      squares += (double) change[i] * change[i];
    }
    float length = towards < squares ? (float) (towards / squares) : 1;
    for (int i = 0; i < step.length; i++) {
      step[i] *= length;
    }
    return step;
  }

  private float[] deconvolved(float[] measurement) {
    return nearInverse(leastPower()).apply(adjoint(measurement));
  }

  private double leastPower() {
    return Math.max(LEAST_POWER, 4 * noiseSigma() * noiseSigma());
  }

  private void requireKernel() {
    if (convolution == null) {
      throw new IllegalStateException(KIND + " has no psf yet: call bind with the record's");
    }
  }
}
