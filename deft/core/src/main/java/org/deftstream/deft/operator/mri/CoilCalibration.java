package org.deftstream.deft.operator.mri;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.deftstream.deft.linalg.Fourier;

/**
 * What a Cartesian scan by several coils tells of its own scanner, so that nothing but the scan is
 * needed for a record of {@code mri-cartesian} ({@code "centred": true, "maps": "record"}): where
 * it was sampled, the noise of the coils, their sensitivities and the scale of the image. Immutable
 * and thread-safe.
 *
 * <ul>
 *   <li>Places where all coils hold 0 were not sampled.
 *   <li>The outermost tenth of the samples is taken for noise; its covariance makes the coils alike
 *       and independent.
 *   <li>Sensitivities are the low-resolution images of the fully sampled middle of k-space, by the
 *       fourth root of a Hann window, divided by the root of the sum of their squares. So the phase
 *       of the image at low resolution is in them, and the image itself nearly real.
 *   <li>1 is the 99.5th percentile of the low-resolution image, times 2: the image itself has
 *       sharper peaks.
 * </ul>
 *
 * @param mask height x width, 1 where k-space was sampled
 * @param sensitivities coils x height x width x 2
 * @param values the samples of alike and independent coils in units of the scaled image, coils x
 *     height x width x 2
 * @param sigma standard deviation of the noise of real and imaginary parts of the values
 * @param middle rows and columns of the fully sampled middle
 */
@SuppressWarnings("ArrayRecordComponent") // handed over to the record that is made of them
public record CoilCalibration(
    float[] mask, float[] sensitivities, float[] values, double sigma, int[] middle) {

  /** Fewer rows or columns in the middle tell nothing of the coils. */
  private static final int LEAST_MIDDLE = 6;

  private static final double NOISE_SHARE = 0.1;
  private static final double PERCENTILE = 0.995;
  private static final double ROOM = 2;

  /**
   * Calibrates a scan.
   *
   * @param samples coils x height x width x 2, the zero frequency at {@code (height / 2, width /
   *     2)}; the unitary transform of the images, or any multiple of it
   * @throws IllegalArgumentException one line, if the middle was not sampled, a value is no number,
   *     or there are too few samples to tell the noise
   */
  public static CoilCalibration of(float[] samples, int coils, int height, int width) {
    if (coils < 1 || samples.length != 2L * coils * height * width) {
      throw new IllegalArgumentException(
          "expected k-space of %d x %d x %d x 2, got %d values"
              .formatted(coils, height, width, samples.length));
    }
    var mask = sampled(samples, height * width);
    int[] middle = middle(mask, height, width);
    var white =
        new NoiseCovariance(samples, coils, outermost(mask, coils, height, width))
            .whitened(samples);
    var low = lowResolution(white, coils, height, width, middle);
    var root = rootSumOfSquares(low, coils);
    for (int i = 0; i < low.length; i++) {
      int pixel = i / 2 % root.length;
      low[i] /= Math.max(root[pixel], Float.MIN_NORMAL);
    }
    Arrays.sort(root);
    double scale = ROOM * root[(int) (PERCENTILE * (root.length - 1))];
    for (int i = 0; i < white.length; i++) {
      white[i] /= (float) scale;
    }
    return new CoilCalibration(mask, low, white, 1 / scale, middle);
  }

  private static float[] sampled(float[] samples, int count) {
    var mask = new float[count];
    for (int i = 0; i < samples.length; i++) {
      if (!Float.isFinite(samples[i])) {
        throw new IllegalArgumentException(
            "k-space holds "
                + samples[i]
                + " at coil "
                + i / 2 / count
                + ", sample "
                + i / 2 % count);
      }
      if (samples[i] != 0) {
        mask[i / 2 % count] = 1;
      }
    }
    return mask;
  }

  /** The largest rectangle about the zero frequency that was fully sampled. */
  private static int[] middle(float[] mask, int height, int width) {
    int down = 0;
    int across = 0;
    boolean grows = full(mask, height, width, 1, 1);
    while (grows) {
      boolean taller = 2 * down + 3 <= height && full(mask, height, width, down + 1, across);
      down += taller ? 1 : 0;
      boolean wider = 2 * across + 3 <= width && full(mask, height, width, down, across + 1);
      across += wider ? 1 : 0;
      grows = taller || wider;
    }
    int rows = 2 * down + 1;
    int columns = 2 * across + 1;
    if (rows < LEAST_MIDDLE || columns < LEAST_MIDDLE) {
      throw new IllegalArgumentException(
          "the sensitivities of the coils are estimated from the middle of k-space, of which %d x"
                  .formatted(rows)
              + " %d samples are there; at least %d x %d are needed"
                  .formatted(columns, LEAST_MIDDLE, LEAST_MIDDLE));
    }
    return new int[] {rows, columns};
  }

  private static boolean full(float[] mask, int height, int width, int down, int across) {
    for (int y = height / 2 - down; y <= height / 2 + down; y++) {
      for (int x = width / 2 - across; x <= width / 2 + across; x++) {
        if (y < 0 || y >= height || x < 0 || x >= width || mask[y * width + x] == 0) {
          return false;
        }
      }
    }
    return true;
  }

  private static int[] outermost(float[] mask, int coils, int height, int width) {
    int[] byRadius =
        IntStream.range(0, mask.length)
            .filter(i -> mask[i] != 0)
            .boxed()
            .sorted((a, b) -> Double.compare(radius(b, height, width), radius(a, height, width)))
            .mapToInt(Integer::intValue)
            .toArray();
    int count = (int) (NOISE_SHARE * byRadius.length);
    if (count < 4 * coils) {
      throw new IllegalArgumentException(
          "the noise of %d coils is estimated from the outermost tenth of %d samples; at least %d"
                  .formatted(coils, byRadius.length, (int) Math.ceil(4 * coils / NOISE_SHARE))
              + " samples are needed");
    }
    return Arrays.copyOf(byRadius, count);
  }

  private static double radius(int sample, int height, int width) {
    double y = (sample / width - height / 2) / (double) height;
    double x = (sample % width - width / 2) / (double) width;
    return y * y + x * x;
  }

  /** The images of the middle alone, coils x height x width x 2. */
  private static float[] lowResolution(
      float[] samples, int coils, int height, int width, int[] middle) {
    var grid = new double[2][height * width];
    var fourier = new Fourier(height, width);
    var out = new float[samples.length];
    for (int coil = 0; coil < coils; coil++) {
      Arrays.fill(grid[0], 0);
      Arrays.fill(grid[1], 0);
      for (int y = -(middle[0] / 2); y <= middle[0] / 2; y++) {
        for (int x = -(middle[1] / 2); x <= middle[1] / 2; x++) {
          int from = 2 * ((coil * height + y + height / 2) * width + x + width / 2);
          int to = Math.floorMod(y, height) * width + Math.floorMod(x, width);
          double window = window(y, middle[0]) * window(x, middle[1]);
          grid[0][to] = window * samples[from];
          grid[1][to] = window * samples[from + 1];
        }
      }
      fourier.transform(grid[0], grid[1], true);
      for (int i = 0; i < height * width; i++) {
        int y = Math.floorMod(i / width - height / 2, height);
        int x = Math.floorMod(i % width - width / 2, width);
        out[2 * (coil * height * width + i)] = (float) grid[0][y * width + x];
        out[2 * (coil * height * width + i) + 1] = (float) grid[1][y * width + x];
      }
    }
    return out;
  }

  /** Flat, but for its edges: a whole Hann window would leave a middle half as wide. */
  private static double window(int place, int length) {
    double hann = 0.5 + 0.5 * Math.cos(2 * Math.PI * place / (length + 1));
    return Math.sqrt(Math.sqrt(hann));
  }

  private static float[] rootSumOfSquares(float[] images, int coils) {
    var root = new float[images.length / (2 * coils)];
    for (int pixel = 0; pixel < root.length; pixel++) {
      double square = 0;
      for (int coil = 0; coil < coils; coil++) {
        int i = 2 * (coil * root.length + pixel);
        square += (double) images[i] * images[i] + (double) images[i + 1] * images[i + 1];
      }
      root[pixel] = (float) Math.sqrt(square);
    }
    return root;
  }
}
