package org.deftstream.deft.linalg;

/**
 * The Fourier transform of complex images at any frequencies, {@code sum x exp(-2 pi i (ky (Y - (h
 * - 1) / 2) / h + kx (X - (w - 1) / 2) / w))}, to 1e-8 of the image's norm, and its exact adjoint:
 * a grid twice as fine in frequency ({@link Fourier}), interpolated by the kernel {@code exp(beta
 * (sqrt(1 - z^2) - 1))} (Barnett, Magland, af Klinteberg: A parallel nonuniform fast Fourier
 * transform library, SIAM J. Sci. Comput. 41, 2019, section 3). Frequencies are in cycles per field
 * of view; the phase counts from the centre of the image. Immutable and thread-safe.
 */
public final class NonuniformFourier {
  private static final int OVERSAMPLING = 2;

  /** Points of the grid that a frequency is interpolated from, along each axis. */
  private static final int TAPS = 10;

  private static final double BETA = 2.3 * TAPS;
  private final Axis down;
  private final Axis across;
  private final int count;
  private final Fourier fourier;

  /**
   * Of images of one size.
   *
   * @param rowFrequency along the rows' axis (Y), of each sample; not changed afterwards
   * @param columnFrequency along the columns' axis (X), alike
   */
  public NonuniformFourier(int height, int width, double[] rowFrequency, double[] columnFrequency) {
    down = new Axis(height, rowFrequency);
    across = new Axis(width, columnFrequency);
    count = rowFrequency.length;
    fourier = new Fourier(down.grid, across.grid);
  }

  /** Bytes that a call takes for images of so many pixels, beside its arguments. */
  public static long bytes(long pixels) {
    return 4L * Double.BYTES * OVERSAMPLING * OVERSAMPLING * pixels;
  }

  /**
   * Adds the transform to samples.
   *
   * @param real real parts, height x width; not changed
   * @param imaginary imaginary parts, alike
   */
  public void transform(
      double[] real, double[] imaginary, double[] sampleReal, double[] sampleImaginary) {
    var gridReal = new double[down.grid * across.grid];
    var gridImaginary = new double[gridReal.length];
    for (int y = 0; y < down.side; y++) {
      for (int x = 0; x < across.side; x++) {
        int place = down.place(y) * across.grid + across.place(x);
        double weight = down.scale[y] * across.scale[x];
        gridReal[place] = weight * real[y * across.side + x];
        gridImaginary[place] = weight * imaginary[y * across.side + x];
      }
    }
    fourier.transform(gridReal, gridImaginary, false);
    var rows = new Taps();
    var columns = new Taps();
    for (int i = 0; i < count; i++) {
      rows.at(down, i);
      columns.at(across, i);
      double re = 0;
      double im = 0;
      for (int a = 0; a < TAPS; a++) {
        int row = rows.place[a] * across.grid;
        double lineReal = 0;
        double lineImaginary = 0;
        for (int b = 0; b < TAPS; b++) {
          lineReal += columns.weight[b] * gridReal[row + columns.place[b]];
          lineImaginary += columns.weight[b] * gridImaginary[row + columns.place[b]];
        }
        re += rows.weight[a] * lineReal;
        im += rows.weight[a] * lineImaginary;
      }
      double cos = Math.cos(down.phase(i) + across.phase(i));
      double sin = Math.sin(down.phase(i) + across.phase(i));
      sampleReal[i] += re * cos + im * sin;
      sampleImaginary[i] += im * cos - re * sin;
    }
  }

  /**
   * The adjoint, into an image whose values it replaces.
   *
   * @param sampleReal real parts of the samples; not changed
   * @param sampleImaginary imaginary parts, alike
   */
  public void adjoint(
      double[] sampleReal, double[] sampleImaginary, double[] real, double[] imaginary) {
    var gridReal = new double[down.grid * across.grid];
    var gridImaginary = new double[gridReal.length];
    var rows = new Taps();
    var columns = new Taps();
    for (int i = 0; i < count; i++) {
      rows.at(down, i);
      columns.at(across, i);
      double cos = Math.cos(down.phase(i) + across.phase(i));
      double sin = Math.sin(down.phase(i) + across.phase(i));
      double re = sampleReal[i] * cos - sampleImaginary[i] * sin;
      double im = sampleImaginary[i] * cos + sampleReal[i] * sin;
      for (int a = 0; a < TAPS; a++) {
        int row = rows.place[a] * across.grid;
        for (int b = 0; b < TAPS; b++) {
          double weight = rows.weight[a] * columns.weight[b];
          gridReal[row + columns.place[b]] += weight * re;
          gridImaginary[row + columns.place[b]] += weight * im;
        }
      }
    }
    fourier.transform(gridReal, gridImaginary, true);
    for (int y = 0; y < down.side; y++) {
      for (int x = 0; x < across.side; x++) {
        int place = down.place(y) * across.grid + across.place(x);
        double weight = down.scale[y] * across.scale[x];
        real[y * across.side + x] = weight * gridReal[place];
        imaginary[y * across.side + x] = weight * gridImaginary[place];
      }
    }
  }

  private static double kernel(double z) {
    return z * z < 1 ? Math.exp(BETA * (Math.sqrt(1 - z * z) - 1)) : 0;
  }

  /** One axis of image and grid. */
  private static final class Axis {
    private final int side;
    private final int grid;
    private final double[] frequency;

    /** One over the transform of the kernel, and what makes the grid's transform not unitary. */
    private final double[] scale;

    Axis(int side, double[] frequency) {
      this.side = side;
      this.frequency = frequency;
      grid = OVERSAMPLING * side;
      scale = new double[side];
      for (int place = 0; place < side; place++) {
        scale[place] = Math.sqrt(grid) / kernelTransform(place - side / 2, grid);
      }
    }

    /** By the trapezoidal rule, which is exact to rounding for so smooth a kernel. */
    private static double kernelTransform(int mode, int grid) {
      int points = 64 * TAPS;
      double sum = 0;
      for (int i = 1; i < points; i++) {
        double z = 2.0 * i / points - 1;
        sum += kernel(z) * Math.cos(Math.PI * TAPS * z * mode / grid);
      }
      return sum * TAPS / points;
    }

    /** Of a pixel on the grid: the one at half the side lies at 0. */
    int place(int pixel) {
      return Math.floorMod(pixel - side / 2, grid);
    }

    /** What a sample's phase lacks: the pixel at half the side is half a pixel off the centre. */
    double phase(int sample) {
      return 2 * Math.PI * frequency[sample] * (side / 2 - (side - 1) / 2.0) / side;
    }
  }

  /** Where on the grid a sample's value comes from along an axis; filled anew for each. */
  private static final class Taps {
    private final int[] place = new int[TAPS];
    private final double[] weight = new double[TAPS];

    void at(Axis axis, int sample) {
      double middle = OVERSAMPLING * axis.frequency[sample];
      int first = (int) Math.ceil(middle - TAPS / 2.0);
      for (int i = 0; i < TAPS; i++) {
        place[i] = Math.floorMod(first + i, axis.grid);
        weight[i] = kernel(2 * (first + i - middle) / TAPS);
      }
    }
  }
}
