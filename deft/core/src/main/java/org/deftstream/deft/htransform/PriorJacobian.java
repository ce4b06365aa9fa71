package org.deftstream.deft.htransform;

import java.util.List;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.prior.Prior;

/**
 * The Jacobian of the Tweedie estimate {@code x0Hat(x_t) = (x_t - sqrt(1 - a) eps(x_t)) / sqrt(a)},
 * for all rows in one call of the prior. Borrows the prior; thread-safe.
 */
final class PriorJacobian {
  private final Prior prior;

  PriorJacobian(Prior prior) {
    this.prior = prior;
  }

  /**
   * Refuses images that the prior does not see in one piece.
   *
   * @throws IllegalArgumentException one line with the prior and the shape
   */
  void require(ImageShape shape) {
    prior.tiling().require(shape, prior.imageShape());
    if (!prior.tiling().tiles(shape, prior.imageShape(), 0).get(0).covers(shape)) {
      throw new IllegalArgumentException(
          "the Jacobian of prior "
              + prior.name()
              + " is known for images that it sees in one piece, not for "
              + shape);
    }
  }

  /**
   * {@code sqrt(a) J^T v = v - sqrt(1 - a) (d eps / d x_t)^T v} for each row. The factor sqrt(a) is
   * left in, because it is what steps are made of and it stays bounded at all timesteps.
   *
   * @param cotangents v for each row, of image size
   */
  float[][] transposed(List<StepRow> rows, List<float[]> cotangents) {
    var shape = rows.get(0).measurement().operator().imageShape();
    require(shape);
    int size = shape.size();
    var x = new float[rows.size() * size];
    var v = new float[x.length];
    var t = new int[rows.size()];
    for (int i = 0; i < t.length; i++) {
      System.arraycopy(rows.get(i).xt(), 0, x, i * size, size);
      System.arraycopy(cotangents.get(i), 0, v, i * size, size);
      t[i] = rows.get(i).t();
    }
    float[] product = prior.vectorJacobian(x, t, v, shape);
    var out = new float[t.length][size];
    for (int i = 0; i < t.length; i++) {
      double noise = Math.sqrt(1 - rows.get(i).alphaBar());
      for (int j = 0; j < size; j++) {
        out[i][j] = (float) (v[i * size + j] - noise * product[i * size + j]);
      }
    }
    return out;
  }
}
