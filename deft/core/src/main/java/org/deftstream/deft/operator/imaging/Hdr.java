package org.deftstream.deft.operator.imaging;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.operator.GaussianNoise;
import org.deftstream.deft.operator.ProximalForm;

/**
 * High dynamic range, kind {@code hdr}: an exposure that saturates, {@code y = clip(2 x, -1, 1) +
 * noise}, pixel by pixel; what was brighter than 1/2 or darker than -1/2 is lost. Not linear.
 * Immutable and thread-safe.
 */
final class Hdr extends NonlinearPicture {
  static final String KIND = "hdr";

  Hdr(ImageShape shape, GaussianNoise noise) {
    super(KIND, shape, noise);
  }

  @Override
  protected void describe(ObjectNode spec) {
    // The noise is all there is to say.
  }

  @Override
  public float[] measure(float[] image) {
    requireImage(image);
    var out = new float[image.length];
    for (int i = 0; i < out.length; i++) {
      out[i] = Math.max(-1, Math.min(1, 2 * image[i]));
    }
    return out;
  }

  /** {@code 2 y}: the transposed Jacobian at the origin. */
  @Override
  public float[] adjoint(float[] measurement) {
    return scaled(measurement, 2);
  }

  /** {@code 2 v} where the image is within (-1/2, 1/2), and 0 elsewhere. */
  @Override
  public float[] vectorJacobian(float[] image, float[] cotangent) {
    requireImage(image);
    var out = scaled(cotangent, 2);
    for (int i = 0; i < out.length; i++) {
      if (Math.abs(image[i]) >= 0.5f) {
        out[i] = 0;
      }
    }
    return out;
  }

  /** {@code y / 2}: right where nothing saturated, the least bright candidate elsewhere. */
  @Override
  public float[] pseudoInverse(float[] measurement) {
    return scaled(measurement, 0.5f);
  }

  /**
   * {@code (y - A(x0Hat)) / 2}. Unlike the exact gradient it does not vanish where x0Hat is
   * saturated and the measurement is not.
   */
  @Override
  public float[] likelihoodGradient(float[] x0Hat, float[] measurement) {
    return scaled(misfit(x0Hat, measurement), 0.5f);
  }

  /**
   * In closed form, pixel by pixel: the best of the best point within the linear range, the best at
   * or above 1/2 and the best at or below -1/2.
   */
  @Override
  public float[] proximal(float[] x0, float[] measurement, double rho) {
    requireWeight(rho);
    requireImage(x0);
    requireMeasurement(measurement);
    var out = new float[x0.length];
    for (int i = 0; i < out.length; i++) {
      double y = measurement[i];
      double start = x0[i];
      double within = Math.max(-0.5, Math.min(0.5, (2 * y + rho * start) / (4 + rho)));
      double above = Math.max(start, 0.5);
      double below = Math.min(start, -0.5);
      double best = within;
      double least = cost(2 * within - y, within - start, rho);
      if (cost(1 - y, above - start, rho) < least) {
        best = above;
        least = cost(1 - y, above - start, rho);
      }
      out[i] = (float) (cost(-1 - y, below - start, rho) < least ? below : best);
    }
    return out;
  }

  @Override
  public Optional<ProximalForm> proximalForm() {
    return Optional.of(new ProximalForm.Saturation());
  }

  private static double cost(double misfit, double change, double rho) {
    return misfit * misfit + rho * change * change;
  }

  private float[] scaled(float[] values, float factor) {
    requireMeasurement(values);
    var out = new float[values.length];
    for (int i = 0; i < out.length; i++) {
      out[i] = factor * values[i];
    }
    return out;
  }
}
