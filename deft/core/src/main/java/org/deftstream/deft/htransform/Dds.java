package org.deftstream.deft.htransform;

import org.deftstream.deft.linalg.ConjugateGradients;
import org.deftstream.deft.operator.ForwardOperator;
import org.deftstream.deft.operator.LinearPart;
import org.deftstream.deft.sampler.StepWeights;

/**
 * DDS, the decomposed diffusion sampler (Chung et al., ICLR 2024, arXiv 2303.05754, algorithm 2 for
 * noisy measurements): the prior's estimate, clipped to [-1, 1], is moved by a few steps of
 * conjugate gradients on {@code gamma |y - A x|^2 / 2 + |x - x0|^2 / 2}, which stay in the Krylov
 * space of the measurement, and DDIM's step goes on from there with the noise that the prior
 * predicted: {@code x_s = sqrt(b) x0' + c e + f z}, c being the weight of the predicted and f that
 * of the fresh noise. Where values have noise of their own, {@code |.|^2} weighs each by it. The
 * operator must be linear. Stateless; thread-safe.
 */
public final class Dds extends PrescribedStep {
  /** The method's name. */
  public static final String METHOD = "dds";

  private static final int MOST_ITERATIONS = 1_000;

  private final double gamma;
  private final int iterations;

  /**
   * Makes the method.
   *
   * @param gamma weight of the measurement against the prior's estimate, above 0
   * @param iterations steps of conjugate gradients, from 1 to 1000; 5 in the paper
   */
  public Dds(double gamma, double iterations) {
    this.gamma = Parameters.positive(METHOD, "gamma", gamma);
    if (!(iterations >= 1 && iterations <= MOST_ITERATIONS)
        || iterations != Math.rint(iterations)) {
      throw new IllegalArgumentException(
          METHOD
              + ": iterations must be a whole number from 1 to "
              + MOST_ITERATIONS
              + ", got "
              + iterations);
    }
    this.iterations = (int) iterations;
  }

  @Override
  public String method() {
    return METHOD;
  }

  @Override
  float[] correct(StepRow row) {
    float[] clipped = DiffPir.clipped(row.x0Hat());
    float[] change = change(row, clipped);
    StepWeights step = row.step();
    double scale = Math.sqrt(step.targetAlphaBar()) / step.noise();
    var h = new float[change.length];
    for (int i = 0; i < h.length; i++) {
      h[i] = (float) (scale * ((double) clipped[i] + change[i] - row.x0Hat()[i]));
    }
    return h;
  }

  /** A few steps towards {@code (A^T W A + I / gamma)^-1 A^T W (y - A x)}. */
  private float[] change(StepRow row, float[] x) {
    ForwardOperator operator = row.measurement().operator();
    float[] y = row.measurement().measurement();
    var linear = LinearPart.of(operator, y);
    float near = (float) (1 / gamma);
    return ConjugateGradients.solve(
        direction -> {
          float[] image = linear.normal(direction);
          for (int i = 0; i < image.length; i++) {
            image[i] += near * direction[i];
          }
          return image;
        },
        linear.uphill(x, y),
        iterations,
        0);
  }
}
