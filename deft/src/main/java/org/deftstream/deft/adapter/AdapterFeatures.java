package org.deftstream.deft.adapter;

import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.operator.ForwardOperator;

/**
 * What an adapter's network sees of a row, the same in training and in service. Channels last, in
 * this order: x_t (C), the clipped x0Hat (C), the operator's conditioning, the likelihood gradient
 * g at the clipped x0Hat (C). C is the number of image channels. Stateless and thread-safe.
 */
public final class AdapterFeatures {
  /**
   * Default clip of x0Hat. Dividing by sqrt(alphaBar) amplifies errors of the prior 157-fold at t =
   * 999; images are in [-1, 1], so values beyond this carry no information.
   */
  public static final double DEFAULT_CLIP = 1.5;

  private AdapterFeatures() {}

  /** Number of feature channels: {@code 3 C} and those of the conditioning. */
  public static int channels(ForwardOperator operator) {
    return 3 * operator.imageShape().channels() + operator.conditioningChannels();
  }

  /** A copy of x0Hat with every value in [-limit, limit]. */
  public static float[] clip(float[] x0Hat, double limit) {
    float bound = (float) limit;
    var clipped = new float[x0Hat.length];
    for (int i = 0; i < clipped.length; i++) {
      clipped[i] = Math.max(-bound, Math.min(bound, x0Hat[i]));
    }
    return clipped;
  }

  /**
   * Writes the features of one row of a batch.
   *
   * @param features the batch's features, rows one after the other
   * @param row index of the row to write
   * @param shape shape of the images
   * @param xt noisy image
   * @param x0Clipped clipped x0Hat
   * @param conditioning the measurement's features, any number of channels
   * @param gradient likelihood gradient at {@code x0Clipped}
   */
  public static void write(
      float[] features,
      int row,
      ImageShape shape,
      float[] xt,
      float[] x0Clipped,
      float[] conditioning,
      float[] gradient) {
    int pixels = shape.height() * shape.width();
    int image = shape.channels();
    int measured = conditioning.length / pixels;
    int at = row * pixels * (3 * image + measured);
    for (int p = 0; p < pixels; p++) {
      System.arraycopy(xt, p * image, features, at, image);
      System.arraycopy(x0Clipped, p * image, features, at + image, image);
      System.arraycopy(conditioning, p * measured, features, at + 2 * image, measured);
      System.arraycopy(gradient, p * image, features, at + 2 * image + measured, image);
      at += 3 * image + measured;
    }
  }
}
