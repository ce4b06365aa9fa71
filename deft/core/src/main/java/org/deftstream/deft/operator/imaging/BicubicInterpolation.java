package org.deftstream.deft.operator.imaging;

import java.util.Arrays;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.linalg.Resampling;
import org.hipparchus.linear.RealMatrix;

/**
 * Makes an image larger by bicubic interpolation (Keys, IEEE Trans. Acoustics 29, 1981, a = -1/2).
 * Stateless and thread-safe.
 */
public final class BicubicInterpolation {
  private BicubicInterpolation() {}

  /**
   * Enlarges an image.
   *
   * @param small the image, row by row, channels last
   * @param factor at least 2
   * @param large the shape of the answer; {@code factor} times as high and wide as the image
   * @throws IllegalArgumentException if the sizes do not agree
   */
  public static float[] enlarge(float[] small, int factor, ImageShape large) {
    int height = large.height() / factor;
    int width = large.width() / factor;
    if (factor < 2 || small.length * factor * factor != large.size()) {
      throw new IllegalArgumentException(
          small.length + " values cannot be enlarged by " + factor + " to " + large);
    }
    double[][] down = weights(Resampling.bicubic(large.height(), factor));
    double[][] across = weights(Resampling.bicubic(large.width(), factor));
    int channels = large.channels();
    var rows = new double[height * large.width() * channels];
    for (int r = 0; r < height; r++) {
      for (int x = 0; x < large.width(); x++) {
        for (int s = 0; s < width; s++) {
          double weight = across[x][s];
          for (int c = 0; weight != 0 && c < channels; c++) {
            rows[(r * large.width() + x) * channels + c] +=
                weight * small[(r * width + s) * channels + c];
          }
        }
      }
    }
    int line = large.width() * channels;
    var out = new float[large.size()];
    var sums = new double[line];
    for (int y = 0; y < large.height(); y++) {
      Arrays.fill(sums, 0);
      for (int r = 0; r < height; r++) {
        double weight = down[y][r];
        for (int i = 0; weight != 0 && i < line; i++) {
          sums[i] += weight * rows[r * line + i];
        }
      }
      for (int i = 0; i < line; i++) {
        out[y * line + i] = (float) sums[i];
      }
    }
    return out;
  }

  /**
   * What each place of the large line takes of the small one: the transpose of the widened kernel,
   * to the sum 1.
   */
  private static double[][] weights(RealMatrix smaller) {
    double[][] weights = smaller.transpose().getData();
    for (double[] row : weights) {
      double sum = Arrays.stream(row).sum();
      for (int i = 0; i < row.length; i++) {
        row[i] /= sum;
      }
    }
    return weights;
  }
}
