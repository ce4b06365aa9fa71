package org.deftstream.deft.operator.imaging;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.deftstream.deft.linalg.RealFourier;

/**
 * A convolution of a scene with a kernel as large as a sensor, of which the sensor before the
 * middle of the scene sees a part. The scene is as large as the sensor, or so many times as high
 * and wide; beyond it is darkness. By Fourier transforms on a grid on which nothing comes round.
 * Immutable and thread-safe.
 */
final class CutConvolution {
  private final int height;
  private final int width;
  private final int scene;
  private final int gridHeight;
  private final int gridWidth;
  private final RealFourier fourier;

  /** Spectrum of the kernel. */
  private final double[] real;

  private final double[] imaginary;

  /**
   * Takes the kernel, which is divided by its sum.
   *
   * @param psf height x width, its middle at {@code (height / 2, width / 2)}
   * @param scene 1 or 2
   * @throws IllegalArgumentException if a value is below 0 or no number, or all are 0
   */
  CutConvolution(float[] psf, int height, int width, int scene) {
    this.height = height;
    this.width = width;
    this.scene = scene;
    gridHeight = grid(height, scene);
    gridWidth = grid(width, scene);
    fourier = new RealFourier(gridHeight, gridWidth);
    real = new double[fourier.bins()];
    imaginary = new double[fourier.bins()];
    fourier.forward(kernel(psf), real, imaginary);
  }

  /** An even side, at least so large that nothing comes round, whose transform is fast. */
  private static int grid(int side, int scene) {
    int grid = scene == 1 ? (3 * side + 1) / 2 : scene * side;
    while (grid % 2 != 0 || !smooth(grid)) {
      grid++;
    }
    return grid;
  }

  private static boolean smooth(int length) {
    int rest = length;
    for (int prime : new int[] {2, 3, 5}) {
      while (rest % prime == 0) {
        rest /= prime;
      }
    }
    return rest == 1;
  }

  /** On the grid, its middle at the origin; scaled so that its spectrum is a plain factor. */
  private double[] kernel(float[] psf) {
    double sum = 0;
    for (float value : psf) {
      if (!(value >= 0 && value <= Float.MAX_VALUE)) {
        throw new IllegalArgumentException("psf must hold numbers of 0 or more, got " + value);
      }
      sum += value;
    }
    if (!(sum > 0)) {
      throw new IllegalArgumentException("psf is dark everywhere");
    }
    double scale = Math.sqrt((double) gridHeight * gridWidth) / sum;
    var kernel = new double[gridHeight * gridWidth];
    for (int i = 0; i < psf.length; i++) {
      int y = Math.floorMod(i / width - height / 2, gridHeight);
      int x = Math.floorMod(i % width - width / 2, gridWidth);
      kernel[y * gridWidth + x] = scale * psf[i];
    }
    return kernel;
  }

  /** What the sensor sees of a scene, channels last. */
  float[] measured(float[] image, int channels) {
    var out = new float[height * width * channels];
    each(
        channels,
        (plane, c) -> {
          place(image, channels, c, scene * width, 0, 0, plane);
          convolve(plane, false, above() + height);
          take(plane, above(), before(), width, out, channels, c);
        });
    return out;
  }

  /** The adjoint of {@link #measured}. */
  float[] adjoint(float[] measurement, int channels) {
    var out = new float[scene * height * scene * width * channels];
    each(
        channels,
        (plane, c) -> {
          place(measurement, channels, c, width, above(), before(), plane);
          convolve(plane, true, scene * height);
          take(plane, 0, 0, scene * width, out, channels, c);
        });
    return out;
  }

  /** Something for a channel, with a grid of its own. */
  private interface ChannelWork {
    void run(double[] plane, int channel);
  }

  private void each(int channels, ChannelWork work) {
    IntStream.range(0, channels)
        .parallel()
        .forEach(c -> work.run(new double[gridHeight * gridWidth], c));
  }

  /** Rows of the scene above the sensor. */
  private int above() {
    return (scene - 1) * height / 2;
  }

  /** Columns of the scene to the left of the sensor. */
  private int before() {
    return (scene - 1) * width / 2;
  }

  /** Lays a channel on the grid, its first pixel at a place; 0 elsewhere. */
  private void place(
      float[] values, int channels, int c, int wide, int down, int across, double[] plane) {
    Arrays.fill(plane, 0);
    for (int i = 0; i < values.length / channels; i++) {
      plane[(i / wide + down) * gridWidth + i % wide + across] = values[i * channels + c];
    }
  }

  private void take(
      double[] plane, int down, int across, int wide, float[] values, int channels, int c) {
    for (int i = 0; i < values.length / channels; i++) {
      values[i * channels + c] = (float) plane[(i / wide + down) * gridWidth + i % wide + across];
    }
  }

  /** Convolves with the kernel, or with it turned by 180 degrees; so many rows from the top. */
  private void convolve(double[] plane, boolean turned, int rows) {
    var re = new double[real.length];
    var im = new double[real.length];
    fourier.forward(plane, re, im);
    for (int i = 0; i < re.length; i++) {
      double sign = turned ? -imaginary[i] : imaginary[i];
      double was = re[i];
      re[i] = real[i] * was - sign * im[i];
      im[i] = real[i] * im[i] + sign * was;
    }
    fourier.backward(re, im, plane, rows);
  }

  /** Multiplies a scene by {@code (C^T C + rho)^-1}, C being the convolution that is not cut. */
  float[] uncut(float[] image, int channels, double rho) {
    var out = new float[image.length];
    each(
        channels,
        (plane, c) -> {
          place(image, channels, c, scene * width, 0, 0, plane);
          var re = new double[real.length];
          var im = new double[real.length];
          fourier.forward(plane, re, im);
          for (int i = 0; i < re.length; i++) {
            double weight = 1 / (real[i] * real[i] + imaginary[i] * imaginary[i] + rho);
            re[i] *= weight;
            im[i] *= weight;
          }
          fourier.backward(re, im, plane, scene * height);
          take(plane, 0, 0, scene * width, out, channels, c);
        });
    return out;
  }
}
