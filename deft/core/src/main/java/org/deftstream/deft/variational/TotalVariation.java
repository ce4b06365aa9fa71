package org.deftstream.deft.variational;

import org.deftstream.deft.image.ImageShape;

/**
 * The total variation of an image (Rudin, Osher and Fatemi, 1992) whose values stay within bounds:
 * the sum over the pixels of the length of the gradient, all channels together, so that the parts
 * of complex images and the colours have their edges in the same places. Its proximal point is
 * found by fast gradient projection on the dual (Beck and Teboulle, IEEE Trans. Image Processing
 * 18, 2009), each time from where the last one ended. Not thread-safe.
 */
public final class TotalVariation implements Penalty {
  private final int height;
  private final int width;
  private final int channels;
  private final double least;
  private final double most;
  private final int iterations;

  /** The dual: differences down, then differences across, each as large as the image. */
  private float[] dual;

  /**
   * A total variation.
   *
   * @param least least value of an image; minus infinity where there is none
   * @param most largest value of an image; infinity where there is none
   * @param iterations steps of one proximal point, at least 1; 10 to 50
   */
  public TotalVariation(ImageShape shape, double least, double most, int iterations) {
    if (!(least < most) || iterations < 1) {
      throw new IllegalArgumentException(
          "total variation needs least < most and at least one iteration, got "
              + least
              + ", "
              + most
              + " and "
              + iterations);
    }
    height = shape.height();
    width = shape.width();
    channels = shape.channels();
    this.least = least;
    this.most = most;
    this.iterations = iterations;
    dual = new float[2 * shape.size()];
  }

  @Override
  public float[] proximal(float[] x, double weight) {
    if (weight == 0) {
      return bounded(x.clone());
    }
    var ahead = dual.clone();
    double momentum = 1;
    for (int i = 0; i < iterations; i++) {
      float[] image = primal(x, ahead, weight);
      float[] next = ascended(ahead, image, 1 / (8 * weight));
      double faster = (1 + Math.sqrt(1 + 4 * momentum * momentum)) / 2;
      float carry = (float) ((momentum - 1) / faster);
      for (int j = 0; j < next.length; j++) {
        ahead[j] = next[j] + carry * (next[j] - dual[j]);
      }
      dual = next;
      momentum = faster;
    }
    return primal(x, dual, weight);
  }

  /** The image that belongs to a dual: {@code x - weight D^T p} within the bounds. */
  private float[] primal(float[] x, float[] p, double weight) {
    var out = new float[x.length];
    int row = width * channels;
    int across = x.length;
    for (int i = 0; i < out.length; i++) {
      float sum = -p[i] - p[across + i];
      if (i >= row) {
        sum += p[i - row];
      }
      if (i % row >= channels) {
        sum += p[across + i - channels];
      }
      out[i] = x[i] - (float) weight * sum;
    }
    return bounded(out);
  }

  private float[] bounded(float[] values) {
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) Math.max(least, Math.min(most, values[i]));
    }
    return values;
  }

  /** A step up the dual, and back to gradients no longer than 1. */
  private float[] ascended(float[] p, float[] image, double step) {
    var out = new float[p.length];
    int row = width * channels;
    int across = image.length;
    for (int pixel = 0; pixel < height * width; pixel++) {
      boolean below = pixel / width < height - 1;
      boolean beside = pixel % width < width - 1;
      double square = 0;
      for (int i = pixel * channels; i < (pixel + 1) * channels; i++) {
        if (below) {
          out[i] = p[i] + (float) step * (image[i + row] - image[i]);
          square += (double) out[i] * out[i];
        }
        if (beside) {
          out[across + i] = p[across + i] + (float) step * (image[i + channels] - image[i]);
          square += (double) out[across + i] * out[across + i];
        }
      }
      if (square > 1) {
        float shorter = (float) (1 / Math.sqrt(square));
        for (int i = pixel * channels; i < (pixel + 1) * channels; i++) {
          out[i] *= shorter;
          out[across + i] *= shorter;
        }
      }
    }
    return out;
  }

  /** The total variation of an image. */
  public double of(float[] image) {
    int row = width * channels;
    double sum = 0;
    for (int pixel = 0; pixel < height * width; pixel++) {
      double square = 0;
      for (int i = pixel * channels; i < (pixel + 1) * channels; i++) {
        double down = pixel / width < height - 1 ? image[i + row] - image[i] : 0;
        double across = pixel % width < width - 1 ? image[i + channels] - image[i] : 0;
        square += down * down + across * across;
      }
      sum += Math.sqrt(square);
    }
    return sum;
  }
}
