package org.deftstream.deft.operator.imaging;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.linalg.RealFourier;
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
 * A 1) - 1}, C being the convolution without the cut. Proximal points are exact. Immutable and
 * thread-safe.
 */
final class LenslessCamera extends GradientSolved {
  static final String KIND = "lensless";

  /** Name of the auxiliary input. */
  static final String PSF = "psf";

  /** Frequencies whose power is below this part of the strongest are not told from noise. */
  private static final double LEAST_POWER = 1e-3;

  /** Points of light of a kernel that is drawn. */
  private static final int SPOTS = 40;

  private final int scene;
  private final int height;
  private final int width;
  private final int gridHeight;
  private final int gridWidth;
  private final RealFourier fourier;

  /** Spectrum of the kernel, or null before {@link #bind}. */
  private final double[] real;

  private final double[] imaginary;

  /** {@code A 1}. */
  private final float[] ones;

  LenslessCamera(ImageShape shape, GaussianNoise noise, int scene, float[] psf) {
    super(KIND, shape, noise);
    this.scene = scene;
    height = shape.height() / scene;
    width = shape.width() / scene;
    gridHeight = grid(height);
    gridWidth = grid(width);
    fourier = new RealFourier(gridHeight, gridWidth);
    real = psf == null ? null : new double[fourier.bins()];
    imaginary = psf == null ? null : new double[fourier.bins()];
    if (psf == null) {
      ones = null;
    } else {
      fourier.forward(kernel(psf), real, imaginary);
      var white = new float[shape.size()];
      Arrays.fill(white, 1);
      ones = measure(white);
    }
  }

  /** An even side, at least so large that nothing comes round, whose transform is fast. */
  private int grid(int side) {
    int grid = scene == 1 ? (3 * side + 1) / 2 : scene * side;
    while (grid % 2 != 0 || !smooth(grid)) {
      grid++;
    }
    return grid;
  }

  private static boolean smooth(int length) {
    int rest = length;
    for (int prime : new int[] {2, 3, 5}) {
      while (rest % prime == 0) {
        rest /= prime;
      }
    }
    return rest == 1;
  }

  /** On the grid, its middle at the origin; scaled so that its spectrum is a plain factor. */
  private double[] kernel(float[] psf) {
    double sum = 0;
    for (float value : psf) {
      if (!(value >= 0 && value <= Float.MAX_VALUE)) {
        throw new IllegalArgumentException("psf must hold numbers of 0 or more, got " + value);
      }
      sum += value;
    }
    if (!(sum > 0)) {
      throw new IllegalArgumentException("psf is dark everywhere");
    }
    double scale = Math.sqrt((double) gridHeight * gridWidth) / sum;
    var kernel = new double[gridHeight * gridWidth];
    for (int i = 0; i < psf.length; i++) {
      int y = Math.floorMod(i / width - height / 2, gridHeight);
      int x = Math.floorMod(i % width - width / 2, gridWidth);
      kernel[y * gridWidth + x] = scale * psf[i];
    }
    return kernel;
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
    var out = new float[measurementSize()];
    var plane = new double[gridHeight * gridWidth];
    for (int c = 0; c < channels(); c++) {
      place(image, imageShape().width(), 0, 0, c, plane);
      convolve(plane, false);
      take(plane, (scene - 1) * height / 2, (scene - 1) * width / 2, width, c, out);
    }
    return out;
  }

  @Override
  public float[] adjoint(float[] measurement) {
    requireKernel();
    requireMeasurement(measurement);
    var out = new float[imageShape().size()];
    var plane = new double[gridHeight * gridWidth];
    for (int c = 0; c < channels(); c++) {
      place(measurement, width, (scene - 1) * height / 2, (scene - 1) * width / 2, c, plane);
      convolve(plane, true);
      take(plane, 0, 0, imageShape().width(), c, out);
    }
    return out;
  }

  /** Lays a channel on the grid, its first pixel at a place; 0 elsewhere. */
  private void place(float[] values, int wide, int down, int across, int c, double[] plane) {
    Arrays.fill(plane, 0);
    for (int i = 0; i < values.length / channels(); i++) {
      plane[(i / wide + down) * gridWidth + i % wide + across] = values[i * channels() + c];
    }
  }

  private void take(double[] plane, int down, int across, int wide, int c, float[] values) {
    for (int i = 0; i < values.length / channels(); i++) {
      values[i * channels() + c] = (float) plane[(i / wide + down) * gridWidth + i % wide + across];
    }
  }

  /** Convolves with the kernel, or with it turned by 180 degrees. */
  private void convolve(double[] plane, boolean turned) {
    var re = new double[real.length];
    var im = new double[real.length];
    fourier.forward(plane, re, im);
    for (int i = 0; i < re.length; i++) {
      double sign = turned ? -imaginary[i] : imaginary[i];
      double was = re[i];
      re[i] = real[i] * was - sign * im[i];
      im[i] = real[i] * im[i] + sign * was;
    }
    fourier.backward(re, im, plane, gridHeight);
  }

  @Override
  protected UnaryOperator<float[]> nearInverse(double rho) {
    return image -> {
      var out = new float[image.length];
      var plane = new double[gridHeight * gridWidth];
      var re = new double[real.length];
      var im = new double[real.length];
      for (int c = 0; c < channels(); c++) {
        place(image, imageShape().width(), 0, 0, c, plane);
        fourier.forward(plane, re, im);
        for (int i = 0; i < re.length; i++) {
          double weight = 1 / (real[i] * real[i] + imaginary[i] * imaginary[i] + rho);
          re[i] *= weight;
          im[i] *= weight;
        }
        fourier.backward(re, im, plane, gridHeight);
        take(plane, 0, 0, imageShape().width(), c, out);
      }
      return out;
    };
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
    if (real == null) {
      throw new IllegalStateException(KIND + " has no psf yet: call bind with the record's");
    }
  }
}
