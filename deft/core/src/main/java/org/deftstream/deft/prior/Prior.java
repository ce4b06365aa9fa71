package org.deftstream.deft.prior;

import java.util.Optional;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.operator.ProximalDevice;
import org.deftstream.deft.schedule.NoiseSchedule;

/**
 * The frozen unconditional diffusion model {@code eps_theta(x_t, t)}. Thread-safe. Owned, and
 * closed, by whoever opened it; closing waits for the calls in flight.
 */
public interface Prior extends OnDevice, AutoCloseable {
  /** The prior's name, for example {@code head-ct-64}. */
  String name();

  /** SHA-256 over weights, network and schedule, in hexadecimal. */
  String fingerprint();

  /** Shape of one row: of an image, or of the regions that images are cut into. */
  ImageShape imageShape();

  /** How images are cut into rows. */
  default Tiling tiling() {
    return new Tiling.Whole();
  }

  /** The noise schedule that the prior was trained with. */
  NoiseSchedule schedule();

  /** Number of weights. */
  long parameters();

  /**
   * Predicts the noise of a batch.
   *
   * @param xt noisy images of {@link #imageShape}, values in [-1, 1] without the noise, batch x
   *     height x width x channels
   * @param timesteps one timestep in [0, N - 1] for each image
   * @return predicted noise, the shape of {@code xt}
   */
  float[] predictNoise(float[] xt, int[] timesteps);

  /**
   * Predicts the noise of a batch of rows of another shape.
   *
   * @param row shape of each row, as {@link #tiling} gives it
   * @throws IllegalArgumentException if the prior has no rows of that shape
   */
  default float[] predictNoise(float[] xt, int[] timesteps, ImageShape row) {
    if (!row.equals(imageShape())) {
      throw new IllegalArgumentException(
          "prior " + name() + " has rows of " + imageShape() + ", not of " + row);
    }
    return predictNoise(xt, timesteps);
  }

  /** Whether {@link #vectorJacobian} answers. */
  default boolean hasGradient() {
    return true;
  }

  /**
   * The vector-Jacobian product {@code v^T d eps / d x_t} of a batch. DEFT never needs it; DPS and
   * PiGDM do. Costs about three predictions.
   *
   * @param xt noisy images, batch x height x width x channels
   * @param timesteps one timestep for each image
   * @param cotangent v, the shape of {@code xt}
   * @return the product, the shape of {@code xt}
   * @throws UnsupportedOperationException if the prior has no gradient
   */
  default float[] vectorJacobian(float[] xt, int[] timesteps, float[] cotangent) {
    throw new UnsupportedOperationException("prior " + name() + " has no vector-Jacobian product");
  }

  /**
   * The vector-Jacobian product of a batch of rows of another shape.
   *
   * @param row shape of each row, as {@link #tiling} gives it
   * @throws IllegalArgumentException if the prior has no rows of that shape
   */
  default float[] vectorJacobian(float[] xt, int[] timesteps, float[] cotangent, ImageShape row) {
    if (!row.equals(imageShape())) {
      throw new IllegalArgumentException(
          "prior " + name() + " has rows of " + imageShape() + ", not of " + row);
    }
    return vectorJacobian(xt, timesteps, cotangent);
  }

  /**
   * What finds proximal points where the prior is evaluated; empty where the host does. Borrowed:
   * closed with the prior.
   */
  default Optional<ProximalDevice> proximalDevice() {
    return Optional.empty();
  }

  /**
   * What takes whole steps where the prior is evaluated; empty where nothing does. Borrowed: closed
   * with the prior.
   */
  default Optional<ComposedSteps> composedSteps() {
    return Optional.empty();
  }

  @Override
  void close();
}
