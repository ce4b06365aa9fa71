package org.deftstream.deft.prior;

import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.schedule.NoiseSchedule;

/**
 * What priors of a {@link PriorDirectory} have in common, whatever evaluates them: what the
 * directory says of itself, and what they refuse.
 */
public abstract class DirectoryPrior implements Prior {
  private final PriorDirectory directory;
  private final ImageShape shape;
  private final NoiseSchedule schedule;

  protected DirectoryPrior(PriorDirectory directory) {
    this.directory = directory;
    shape = directory.imageShape();
    schedule = directory.scheduler().schedule();
  }

  protected final PriorDirectory directory() {
    return directory;
  }

  @Override
  public final String name() {
    return directory.name();
  }

  @Override
  public final String fingerprint() {
    return directory.fingerprint();
  }

  @Override
  public final ImageShape imageShape() {
    return shape;
  }

  @Override
  public final Tiling tiling() {
    return directory.tiling();
  }

  @Override
  public final NoiseSchedule schedule() {
    return schedule;
  }

  @Override
  public final float[] predictNoise(float[] xt, int[] timesteps) {
    return predictNoise(xt, timesteps, shape);
  }

  @Override
  public abstract float[] predictNoise(float[] xt, int[] timesteps, ImageShape row);

  @Override
  public final float[] vectorJacobian(float[] xt, int[] timesteps, float[] cotangent) {
    return vectorJacobian(xt, timesteps, cotangent, shape);
  }

  @Override
  public abstract float[] vectorJacobian(
      float[] xt, int[] timesteps, float[] cotangent, ImageShape row);

  /**
   * Checks that the network takes rows of a shape.
   *
   * @throws IllegalArgumentException if it does not
   */
  protected final void requireRow(ImageShape row) {
    if (!row.equals(shape) && !directory.unet().anySize()) {
      throw new IllegalArgumentException(
          "prior " + name() + " has rows of " + shape + ", not of " + row);
    }
  }

  /**
   * Checks that a cotangent is as long as the images that it belongs to.
   *
   * @throws IllegalArgumentException if it is not
   */
  protected static void requireAlike(float[] cotangent, float[] xt) {
    if (cotangent.length != xt.length) {
      throw new IllegalArgumentException(
          "a cotangent of " + cotangent.length + " values for images of " + xt.length);
    }
  }
}
