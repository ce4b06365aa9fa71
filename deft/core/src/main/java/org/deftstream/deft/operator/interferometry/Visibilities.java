package org.deftstream.deft.operator.interferometry;

import java.util.Arrays;
import org.deftstream.deft.image.ImageShape;

/**
 * The Fourier transform of a sky at any places: {@code V(u, v) = sum I(x, y) exp(-2 pi i (u x + v
 * y))}, as a direct sum, which is exact. x points east, which is to the left, and y north, up, from
 * the middle of the image, in radians; u and v are in wavelengths. The exponentials of the two axes
 * are kept. Immutable and thread-safe.
 */
final class Visibilities {
  private final int count;
  private final int height;
  private final int width;

  /** Cosine and sine of the phase of every column, and of every row, place after place. */
  private final float[] acrossCos;

  private final float[] acrossSin;
  private final float[] downCos;
  private final float[] downSin;

  /**
   * Places of a plane.
   *
   * @param uv places x 2
   * @param pixel width of a pixel in radians
   */
  Visibilities(float[] uv, ImageShape shape, double pixel) {
    count = uv.length / 2;
    height = shape.height();
    width = shape.width();
    acrossCos = new float[count * width];
    acrossSin = new float[count * width];
    downCos = new float[count * height];
    downSin = new float[count * height];
    for (int n = 0; n < count; n++) {
      fill(uv[2 * n] * pixel, width, n, acrossCos, acrossSin);
      fill(uv[2 * n + 1] * pixel, height, n, downCos, downSin);
    }
  }

  /** Both axes count their pixels against their direction. */
  private static void fill(double turns, int length, int n, float[] cos, float[] sin) {
    for (int i = 0; i < length; i++) {
      double phase = -2 * Math.PI * turns * ((length - 1) / 2.0 - i);
      cos[n * length + i] = (float) Math.cos(phase);
      sin[n * length + i] = (float) Math.sin(phase);
    }
  }

  int count() {
    return count;
  }

  /** The visibilities of an image of one channel: places x 2, real and imaginary part. */
  float[] of(float[] image) {
    var out = new float[2 * count];
    var re = new float[width];
    var im = new float[width];
    for (int n = 0; n < count; n++) {
      Arrays.fill(re, 0);
      Arrays.fill(im, 0);
      for (int y = 0; y < height; y++) {
        float c = downCos[n * height + y];
        float s = downSin[n * height + y];
        int row = y * width;
        for (int x = 0; x < width; x++) {
          re[x] += c * image[row + x];
          im[x] += s * image[row + x];
        }
      }
      double real = 0;
      double imaginary = 0;
      for (int x = 0; x < width; x++) {
        float c = acrossCos[n * width + x];
        float s = acrossSin[n * width + x];
        real += c * re[x] - s * im[x];
        imaginary += c * im[x] + s * re[x];
      }
      out[2 * n] = (float) real;
      out[2 * n + 1] = (float) imaginary;
    }
    return out;
  }

  /** The adjoint: {@code Re sum conj(exp(..)) v}, an image. */
  float[] adjoint(float[] values) {
    var out = new float[height * width];
    var re = new float[width];
    var im = new float[width];
    for (int n = 0; n < count; n++) {
      float vr = values[2 * n];
      float vi = values[2 * n + 1];
      for (int x = 0; x < width; x++) {
        float c = acrossCos[n * width + x];
        float s = acrossSin[n * width + x];
        re[x] = c * vr + s * vi;
        im[x] = c * vi - s * vr;
      }
      for (int y = 0; y < height; y++) {
        float c = downCos[n * height + y];
        float s = downSin[n * height + y];
        int row = y * width;
        for (int x = 0; x < width; x++) {
          out[row + x] += c * re[x] + s * im[x];
        }
      }
    }
    return out;
  }
}
