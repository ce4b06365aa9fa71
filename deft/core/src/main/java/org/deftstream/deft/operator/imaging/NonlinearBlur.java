package org.deftstream.deft.operator.imaging;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.linalg.BandMatrix;
import org.deftstream.deft.linalg.ConjugateGradients;
import org.deftstream.deft.linalg.Resampling;
import org.deftstream.deft.operator.GaussianNoise;
import org.deftstream.deft.operator.OperatorBounds;

/**
 * A blurred picture through a camera's response curve, kind {@code nonlinear-blur}: {@code y = r(B
 * x) + noise}. B is a Gaussian blur of the image reflected at its border, {@code r(u) = tanh(gain
 * u) / tanh(gain)} a smooth, rising curve from -1 to 1 that presses bright and dark tones together.
 * Not linear. Immutable and thread-safe.
 */
final class NonlinearBlur extends NonlinearPicture {
  static final String KIND = "nonlinear-blur";

  /** {@link #proximal} takes at most so many Gauss-Newton steps. */
  static final int NEWTON_STEPS = 6;

  /** Each step takes at most so many conjugate-gradient iterations. */
  static final int INNER_ITERATIONS = 20;

  private static final double INNER_TOLERANCE = 1e-3;

  /**
   * {@link #proximal} stops, too, once the gradient has fallen to this fraction of what the noise
   * of the measurement alone makes of it, {@code sigma |J|}: what is left tells of nothing but
   * noise.
   */
  static final double PROXIMAL_NOISE = 0.1;

  private final double blur;
  private final double gain;
  private final double scale;
  private final BandMatrix down;
  private final BandMatrix across;
  private final BandMatrix downTransposed;
  private final BandMatrix acrossTransposed;
  private final SeparableSpectrum spectrum;

  /** Root mean square, over the rows of B, of a row's norm. */
  private final double rowNorm;

  NonlinearBlur(ImageShape shape, GaussianNoise noise, double blur, double gain) {
    super(KIND, shape, noise);
    this.blur = blur;
    this.gain = gain;
    scale = 1 / Math.tanh(gain);
    var vertical = Resampling.gaussian(shape.height(), blur);
    var horizontal = Resampling.gaussian(shape.width(), blur);
    down = BandMatrix.down(vertical, shape);
    across = BandMatrix.across(horizontal, shape);
    downTransposed = BandMatrix.down(vertical.transpose(), shape);
    acrossTransposed = BandMatrix.across(horizontal.transpose(), shape);
    spectrum = SeparableSpectrum.gaussian(shape, blur);
    rowNorm =
        vertical.getFrobeniusNorm()
            * horizontal.getFrobeniusNorm()
            / Math.sqrt((double) shape.height() * shape.width());
  }

  @Override
  protected void describe(ObjectNode spec) {
    spec.put("blur", blur).put("gain", gain);
  }

  @Override
  public long bytesAt(ImageShape shape) {
    return OperatorBounds.matricesBytes(shape) + OperatorBounds.bandsBytes(shape, blur);
  }

  @Override
  public float[] measure(float[] image) {
    var out = blurred(image);
    for (int i = 0; i < out.length; i++) {
      out[i] = (float) (scale * tanh(gain * out[i]));
    }
    return out;
  }

  /** {@code gain / tanh(gain) B^T y}: the transposed Jacobian at the origin. */
  @Override
  public float[] adjoint(float[] measurement) {
    return vectorJacobian(new float[imageShape().size()], measurement);
  }

  /** {@code B^T (r'(B x) v)}. */
  @Override
  public float[] vectorJacobian(float[] image, float[] cotangent) {
    requireMeasurement(cotangent);
    return blurTransposed(times(slope(measure(image)), cotangent));
  }

  /**
   * The surrogate: the response curve undone, what left its range put back to its end, and then the
   * blur by least squares with {@code rho = (2 sigma / l)^2}, l being the slope of the curve at its
   * ends, where undoing it amplifies the noise most. What the noise hides is left at the mean.
   */
  @Override
  public float[] pseudoInverse(float[] measurement) {
    requireMeasurement(measurement);
    var linear = new float[measurement.length];
    double sum = 0;
    for (int i = 0; i < linear.length; i++) {
      double u = Math.max(-1, Math.min(1, measurement[i])) / scale;
      linear[i] = (float) (0.5 * Math.log((1 + u) / (1 - u)) / gain);
      sum += linear[i];
    }
    var mean = new float[linear.length];
    Arrays.fill(mean, (float) (sum / mean.length));
    double flat = gain * scale * (1 - 1 / (scale * scale));
    double rho = regularisation() / (flat * flat);
    return spectrum.proximal(mean, linear, rho);
  }

  /**
   * {@code (B^T B + rho I)^-1 J^T (y - A(x0Hat)) / L^2} with {@code rho = (2 sigma)^2} and L the
   * steepest slope of the response: uphill everywhere, because the matrix is positive definite, and
   * a whole step does not overshoot.
   */
  @Override
  public float[] likelihoodGradient(float[] x0Hat, float[] measurement) {
    requireMeasurement(measurement);
    var level = measure(x0Hat);
    var gradient = blurTransposed(times(slope(level), difference(measurement, level)));
    var out = spectrum.precondition(gradient, regularisation());
    float unit = (float) (1 / (gain * scale * gain * scale));
    for (int i = 0; i < out.length; i++) {
      out[i] *= unit;
    }
    return out;
  }

  /**
   * A nearby local minimum, by Gauss-Newton steps from x0 whose linear systems conjugate gradients
   * solve; a step that leads uphill is halved. Ends where what is left tells of nothing but noise
   * ({@link #PROXIMAL_NOISE}).
   */
  @Override
  public float[] proximal(float[] x0, float[] measurement, double rho) {
    requireWeight(rho);
    requireMeasurement(measurement);
    var x = x0.clone();
    double cost = cost(x, x0, measurement, rho);
    for (int step = 0; step < NEWTON_STEPS; step++) {
      var level = measure(x);
      var slope = slope(level);
      var downhill = blurTransposed(times(slope, difference(measurement, level)));
      for (int i = 0; i < x.length; i++) {
        downhill[i] += (float) rho * (x0[i] - x[i]);
      }
      double insignificant = PROXIMAL_NOISE * noiseSigma() * rowNorm * norm(slope);
      if (norm(downhill) < insignificant) {
        break;
      }
      var change =
          ConjugateGradients.solve(
              direction -> {
                var image = blurTransposed(times(slope, times(slope, blurred(direction))));
                for (int i = 0; i < image.length; i++) {
                  image[i] += (float) rho * direction[i];
                }
                return image;
              },
              downhill,
              INNER_ITERATIONS,
              INNER_TOLERANCE,
              insignificant / 2);
      double before = cost;
      float length = 1;
      for (int halving = 0; halving < 8 && !(cost < before); halving++, length /= 2) {
        var moved = x.clone();
        for (int i = 0; i < x.length; i++) {
          moved[i] += length * change[i];
        }
        double there = cost(moved, x0, measurement, rho);
        if (there < before) {
          x = moved;
          cost = there;
        }
      }
      if (!(cost < before * (1 - 1e-6))) {
        break;
      }
    }
    return x;
  }

  private static double norm(float[] values) {
    double sum = 0;
    for (float value : values) {
      sum += (double) value * value;
    }
    return Math.sqrt(sum);
  }

  private double cost(float[] x, float[] x0, float[] measurement, double rho) {
    double sum = 0;
    for (float value : misfit(x, measurement)) {
      sum += (double) value * value;
    }
    for (int i = 0; i < x.length; i++) {
      double change = (double) x[i] - x0[i];
      sum += rho * change * change;
    }
    return sum;
  }

  /** {@code r'(B x) = gain / tanh(gain) (1 - tanh(gain B x)^2)} from {@code r(B x)}. */
  private float[] slope(float[] response) {
    var out = new float[response.length];
    for (int i = 0; i < out.length; i++) {
      double level = response[i] / scale;
      out[i] = (float) (gain * scale * (1 - level * level));
    }
    return out;
  }

  private static float[] difference(float[] a, float[] b) {
    var out = new float[a.length];
    for (int i = 0; i < out.length; i++) {
      out[i] = a[i] - b[i];
    }
    return out;
  }

  /** To the last bits of a double, and several times faster than {@link Math#tanh}. */
  private static double tanh(double x) {
    return 1 - 2 / (Math.exp(2 * x) + 1);
  }

  private float[] blurred(float[] image) {
    requireImage(image);
    return down.multiply(across.multiply(image));
  }

  private float[] blurTransposed(float[] values) {
    return downTransposed.multiply(acrossTransposed.multiply(values));
  }

  private double regularisation() {
    return 4 * noiseSigma() * noiseSigma();
  }

  private static float[] times(float[] factor, float[] values) {
    var out = new float[values.length];
    for (int i = 0; i < out.length; i++) {
      out[i] = factor[i] * values[i];
    }
    return out;
  }
}
