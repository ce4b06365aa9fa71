package org.deftstream.deft.variational;

import java.util.Random;
import org.deftstream.deft.image.ImageShape;

/**
 * The sum of the moduli of an image's wavelet coefficients but the coarsest (l1-wavelet, Lustig,
 * Donoho and Pauly, Magn. Reson. Med. 58, 2007), in the orthonormal wavelets of Daubechies with
 * four vanishing moments, all channels together: of complex images the complex modulus. The image
 * is shifted at random before each proximal point, from a seed, so that no grid of blocks shows. It
 * is continued by zeros to sides that the levels divide. Not thread-safe.
 */
public final class WaveletSparsity implements Penalty {
  /** Low-pass filter; Daubechies, Ten Lectures on Wavelets, table 6.1, N = 4. */
  private static final double[] LOW = {
    0.2303778133088964, 0.7148465705529155, 0.6308807679298587, -0.0279837694168599,
    -0.1870348117190931, 0.0308413818355607, 0.0328830116668852, -0.0105974017850690
  };

  private final ImageShape shape;
  private final int levels;
  private final int height;
  private final int width;
  private final Random shifts;

  /**
   * The wavelets of a shape.
   *
   * @param levels how often the image is halved, at least 1
   * @param seed of the shifts
   */
  public WaveletSparsity(ImageShape shape, int levels, long seed) {
    if (levels < 1 || levels > 10) {
      throw new IllegalArgumentException("levels must be in [1, 10], got " + levels);
    }
    this.shape = shape;
    this.levels = levels;
    int block = 1 << levels;
    height = (shape.height() + block - 1) / block * block;
    width = (shape.width() + block - 1) / block * block;
    shifts = new Random(seed);
  }

  @Override
  public float[] proximal(float[] x, double weight) {
    int down = shifts.nextInt(height);
    int across = shifts.nextInt(width);
    int channels = shape.channels();
    var planes = new double[channels][height * width];
    for (int i = 0; i < x.length; i++) {
      planes[i % channels][place(i / channels, down, across)] = x[i];
    }
    for (var plane : planes) {
      transform(plane, false);
    }
    shrink(planes, weight);
    for (var plane : planes) {
      transform(plane, true);
    }
    var out = new float[x.length];
    for (int i = 0; i < out.length; i++) {
      out[i] = (float) planes[i % channels][place(i / channels, down, across)];
    }
    return out;
  }

  /** Where a pixel stands in the shifted image. */
  private int place(int pixel, int down, int across) {
    int y = (pixel / shape.width() + down) % height;
    int x = (pixel % shape.width() + across) % width;
    return y * width + x;
  }

  private void shrink(double[][] planes, double weight) {
    for (int i = 0; i < height * width; i++) {
      if (i / width < height >> levels && i % width < width >> levels) {
        continue;
      }
      double square = 0;
      for (var plane : planes) {
        square += plane[i] * plane[i];
      }
      double modulus = Math.sqrt(square);
      double factor = modulus > weight ? 1 - weight / modulus : 0;
      for (var plane : planes) {
        plane[i] *= factor;
      }
    }
  }

  private void transform(double[] plane, boolean back) {
    for (int i = 0; i < levels; i++) {
      int level = back ? levels - 1 - i : i;
      int rows = height >> level;
      int columns = width >> level;
      for (int y = 0; y < rows; y++) {
        line(plane, y * width, 1, columns, back);
      }
      for (int x = 0; x < columns; x++) {
        line(plane, x, width, rows, back);
      }
    }
  }

  /** One level of one line, periodic: the means first, then the details. */
  private static void line(double[] plane, int first, int stride, int length, boolean back) {
    var out = new double[length];
    int half = length / 2;
    for (int i = 0; i < half; i++) {
      for (int k = 0; k < LOW.length; k++) {
        int at = (2 * i + k) % length;
        double high = (k % 2 == 0 ? 1 : -1) * LOW[LOW.length - 1 - k];
        if (back) {
          out[at] += LOW[k] * plane[first + i * stride] + high * plane[first + (half + i) * stride];
        } else {
          out[i] += LOW[k] * plane[first + at * stride];
          out[half + i] += high * plane[first + at * stride];
        }
      }
    }
    for (int i = 0; i < length; i++) {
      plane[first + i * stride] = out[i];
    }
  }
}
