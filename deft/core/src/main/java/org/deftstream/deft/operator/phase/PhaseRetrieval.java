package org.deftstream.deft.operator.phase;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.linalg.Fourier;
import org.deftstream.deft.linalg.RealFourier;
import org.deftstream.deft.operator.FixedOperator;
import org.deftstream.deft.operator.GaussianNoise;
import org.deftstream.deft.operator.ImageSized;
import org.deftstream.deft.operator.MeasurementRange;
import org.deftstream.deft.operator.OperatorBounds;

/**
 * Phase retrieval, kind {@code phase-retrieval}: the moduli of the unitary Fourier transform of the
 * intensities {@code u = (x + 1) / 2}, padded with zeros to {@code oversampling} times their size,
 * {@code y = |F P u| + noise}, one pattern for each channel. Not linear; an image, its shifts
 * within the padding and its half turn explain y alike. Immutable and thread-safe.
 */
final class PhaseRetrieval extends FixedOperator {
  static final String KIND = "phase-retrieval";

  /** {@link #proximal} takes so many steps. */
  static final int PROXIMAL_STEPS = 10;

  /** Blocks of the second step feature, by turns hybrid input-output and error reduction. */
  static final int BLOCKS = 4;

  /** Iterations of a block. */
  static final int BLOCK_ITERATIONS = 5;

  /** Fienup's feedback (Applied Optics 21, 1982). */
  private static final double FEEDBACK = 0.9;

  private final int oversampling;
  private final int height;
  private final int width;
  private final Fourier fourier;
  private final RealFourier realFourier;

  /** Which padded pixels are those of the image. */
  private final boolean[] inside;

  PhaseRetrieval(ImageShape shape, GaussianNoise noise, int oversampling) {
    super(KIND, shape, noise);
    this.oversampling = oversampling;
    height = shape.height() * oversampling;
    width = shape.width() * oversampling;
    fourier = new Fourier(height, width);
    realFourier = new RealFourier(height, width);
    inside = new boolean[height * width];
    for (int pixel = 0; pixel < shape.height() * shape.width(); pixel++) {
      inside[padded(pixel)] = true;
    }
  }

  @Override
  protected void describe(ObjectNode spec) {
    spec.put("oversampling", oversampling);
  }

  /** The padded height and width, and the channels of the image. */
  @Override
  public int[] measurementShape() {
    return new int[] {height, width, channels()};
  }

  @Override
  protected Optional<ImageSized> sized() {
    return Optional.of(new ImageSized(channels(), oversampling, 1));
  }

  @Override
  public long bytesAt(ImageShape shape) {
    return OperatorBounds.paddingBytes(shape, oversampling);
  }

  @Override
  public boolean linear() {
    return false;
  }

  /** From 0 to the modulus in the middle of the spectrum of the image that is 1 everywhere. */
  @Override
  public MeasurementRange measurementRange() {
    int pixels = imageShape().height() * imageShape().width();
    return new MeasurementRange(0, pixels / Math.sqrt((double) height * width));
  }

  @Override
  public float[] measure(float[] image) {
    requireImage(image);
    var out = new float[measurementSize()];
    for (int c = 0; c < channels(); c++) {
      var wave = wave(image, c);
      for (int k = 0; k < wave.real.length; k++) {
        out[k * channels() + c] = (float) wave.modulus(k);
      }
    }
    return out;
  }

  /** {@code J^T v} at the origin x = 0, a uniform grey. */
  @Override
  public float[] adjoint(float[] measurement) {
    return vectorJacobian(new float[imageShape().size()], measurement);
  }

  /** {@code Re P^T F^H (v z / |z|) / 2} with {@code z = F P u}; where z is 0, so is the product. */
  @Override
  public float[] vectorJacobian(float[] image, float[] cotangent) {
    requireImage(image);
    requireMeasurement(cotangent);
    var out = new float[image.length];
    for (int c = 0; c < channels(); c++) {
      var product = padded(image, c);
      new Spectrum(cotangent, c).withModuli(product, imageShape().height());
      for (int pixel = 0; pixel < out.length / channels(); pixel++) {
        out[pixel * channels() + c] = (float) (product[padded(pixel)] / 2);
      }
    }
    return out;
  }

  /** The surrogate {@code 2 |F^-1 y| - 1}, cropped and at most 1: y with all phases 0. */
  @Override
  public float[] pseudoInverse(float[] measurement) {
    requireMeasurement(measurement);
    var out = new float[imageShape().size()];
    for (int c = 0; c < channels(); c++) {
      var wave = new Wave();
      for (int k = 0; k < wave.real.length; k++) {
        wave.real[k] = measurement[k * channels() + c];
      }
      fourier.transform(wave.real, wave.imaginary, true);
      for (int pixel = 0; pixel < out.length / channels(); pixel++) {
        out[pixel * channels() + c] = (float) Math.min(1, 2 * wave.modulus(padded(pixel)) - 1);
      }
    }
    return out;
  }

  /**
   * Four times the exact gradient {@code J^T (y - A(x0Hat))}: the step to the image that has the
   * measured moduli and the phases of x0Hat. A whole step never increases the misfit (error
   * reduction, Fienup).
   */
  @Override
  public float[] likelihoodGradient(float[] x0Hat, float[] measurement) {
    requireImage(x0Hat);
    requireMeasurement(measurement);
    return likelihoodGradient(x0Hat, spectra(measurement));
  }

  private float[] likelihoodGradient(float[] x0Hat, Spectrum[] measurement) {
    var out = new float[x0Hat.length];
    for (int c = 0; c < channels(); c++) {
      var u = padded(x0Hat, c);
      var step = u.clone();
      measurement[c].withModuli(step, imageShape().height());
      for (int pixel = 0; pixel < out.length / channels(); pixel++) {
        int at = padded(pixel);
        out[pixel * channels() + c] = (float) (2 * (step[at] - u[at]));
      }
    }
    return out;
  }

  /**
   * A nearby local minimum, by {@link #PROXIMAL_STEPS} steps from x0, each to the minimum of the
   * bound {@code |x - e|^2 / 4 + rho |x - x0|^2}, e being x after a step of {@link
   * #likelihoodGradient}; none leads uphill.
   */
  @Override
  public float[] proximal(float[] x0, float[] measurement, double rho) {
    requireWeight(rho);
    requireImage(x0);
    requireMeasurement(measurement);
    var spectra = spectra(measurement);
    var x = x0.clone();
    for (int step = 0; step < PROXIMAL_STEPS; step++) {
      var gradient = likelihoodGradient(x, spectra);
      for (int i = 0; i < x.length; i++) {
        x[i] = (float) ((x[i] + gradient[i] + 4 * rho * x0[i]) / (1 + 4 * rho));
      }
    }
    return x;
  }

  /** Two for each channel of the image. */
  @Override
  public int stepFeatureChannels() {
    return 2 * channels();
  }

  /**
   * For each channel, the estimate with the measured moduli, {@code 2 |F^-1 (y exp(i arg F P u))| -
   * 1} with u clipped to [0, 1], and what {@link #BLOCKS} blocks of hybrid input-output and error
   * reduction make of x0Hat. Both at most 1; the same for the same input.
   */
  @Override
  public float[] stepFeatures(float[] x0Hat, float[] measurement) {
    requireImage(x0Hat);
    requireMeasurement(measurement);
    var clipped = new float[x0Hat.length];
    for (int i = 0; i < clipped.length; i++) {
      clipped[i] = Math.max(-1, Math.min(1, x0Hat[i]));
    }
    int channels = channels();
    int pixels = clipped.length / channels;
    var out = new float[pixels * 2 * channels];
    for (int c = 0; c < channels; c++) {
      var wave = wave(clipped, c);
      wave.setModuli(measurement, c);
      fourier.transform(wave.real, wave.imaginary, true);
      var inverse = alternate(clipped, measurement, c);
      for (int pixel = 0; pixel < pixels; pixel++) {
        int at = pixel * 2 * channels + c;
        out[at] = (float) Math.min(1, 2 * wave.modulus(padded(pixel)) - 1);
        out[at + channels] = (float) (2 * inverse[padded(pixel)] - 1);
      }
    }
    return out;
  }

  /**
   * Hybrid input-output and error reduction on the padded intensities, the last answer feasible.
   */
  private double[] alternate(float[] image, float[] measurement, int c) {
    var u = padded(image, c);
    var answer = new double[u.length];
    var spectrum = new Spectrum(measurement, c);
    for (int i = 0; i < BLOCKS * BLOCK_ITERATIONS; i++) {
      boolean hybrid = i / BLOCK_ITERATIONS % 2 == 0;
      System.arraycopy(u, 0, answer, 0, u.length);
      spectrum.withModuli(answer, hybrid ? height : imageShape().height());
      for (int k = 0; k < u.length; k++) {
        double next = answer[k];
        boolean feasible = inside[k] && next >= 0 && next <= 1; // The predictable one first.
        double fallback =
            hybrid ? u[k] - FEEDBACK * next : inside[k] ? Math.max(0, Math.min(1, next)) : 0;
        u[k] = feasible ? next : fallback;
      }
    }
    return u;
  }

  private int padded(int pixel) {
    return pixel / imageShape().width() * width + pixel % imageShape().width();
  }

  private double[] padded(float[] image, int c) {
    var out = new double[height * width];
    for (int pixel = 0; pixel < image.length / channels(); pixel++) {
      out[padded(pixel)] = (image[pixel * channels() + c] + 1) / 2.0;
    }
    return out;
  }

  private Spectrum[] spectra(float[] moduli) {
    var spectra = new Spectrum[channels()];
    for (int c = 0; c < spectra.length; c++) {
      spectra[c] = new Spectrum(moduli, c);
    }
    return spectra;
  }

  private Wave wave(float[] image, int c) {
    var wave = new Wave(padded(image, c));
    fourier.transform(wave.real, wave.imaginary, false);
    return wave;
  }

  /** A complex image of the padded size. */
  private final class Wave {
    private final double[] real;
    private final double[] imaginary = new double[height * width];

    private Wave() {
      this(new double[height * width]);
    }

    private Wave(double[] real) {
      this.real = real;
    }

    private double modulus(int k) {
      return PhaseRetrieval.modulus(real, imaginary, k);
    }

    /** Gives channel c of the moduli the phases of this wave. */
    private void setModuli(float[] moduli, int c) {
      for (int k = 0; k < real.length; k++) {
        setModulus(real, imaginary, k, moduli[k * channels() + c]);
      }
    }
  }

  /** Room for the spectrum of one real image, and the moduli of one channel. */
  private final class Spectrum {
    private final double[] moduli;
    private final double[] real = new double[realFourier.bins()];
    private final double[] imaginary = new double[realFourier.bins()];

    /**
     * Noise makes moduli that are not symmetric; the real part of an image with them is the image
     * with their symmetric part.
     */
    private Spectrum(float[] moduli, int c) {
      this.moduli = realFourier.symmetric(moduli, channels(), c);
    }

    /**
     * Replaces u, in so many rows from the top, by the real part of the image with the moduli and
     * the phases of u.
     */
    private void withModuli(double[] u, int rows) {
      realFourier.forward(u, real, imaginary);
      for (int k = 0; k < real.length; k++) {
        setModulus(real, imaginary, k, moduli[k]);
      }
      realFourier.backward(real, imaginary, u, rows);
    }
  }

  private static double modulus(double[] real, double[] imaginary, int k) {
    return Math.sqrt(real[k] * real[k] + imaginary[k] * imaginary[k]);
  }

  /** Where there is no phase, the bin becomes 0. */
  private static void setModulus(double[] real, double[] imaginary, int k, double wanted) {
    double modulus = modulus(real, imaginary, k);
    double factor = modulus < 1e-12 ? 0 : wanted / modulus;
    real[k] *= factor;
    imaginary[k] *= factor;
  }
}
