package org.deftstream.deft.operator.tomography;

import java.util.function.IntToDoubleFunction;

/**
 * The band-limited ramp filter of filtered back-projection, as a convolution in space (Kak and
 * Slaney, Principles of Computerized Tomographic Imaging, eq. 3.61), so without the offset that
 * sampling the ramp in frequency leaves. Immutable and thread-safe.
 */
final class RampFilter {
  /** Which window multiplies the ramp. */
  enum Window {
    /** None: the sharpest, and the noisiest. */
    RAM_LAK("ram-lak"),
    /** {@code (1 + cos(pi f / f_Nyquist)) / 2}: falls to 0 at the Nyquist frequency. */
    HANN("hann");

    private final String label;

    Window(String label) {
      this.label = label;
    }

    String label() {
      return label;
    }
  }

  private final int bins;
  private final double[] kernel;

  /**
   * Prepares the filter.
   *
   * @param bins values in a view
   * @param spacing distance between the bins
   * @param factor what the ramp's value for bins so far apart is multiplied with
   */
  RampFilter(int bins, double spacing, IntToDoubleFunction factor, Window window) {
    this.bins = bins;
    var ramp = new double[bins + 1];
    for (int n = 0; n <= bins; n++) {
      ramp[n] = factor.applyAsDouble(n) * ramp(n) / spacing;
    }
    kernel = new double[bins];
    for (int n = 0; n < bins; n++) {
      // In space the Hann window is the convolution with (1, 2, 1) / 4.
      kernel[n] =
          window == Window.RAM_LAK
              ? ramp[n]
              : ramp[n] / 2 + (ramp[Math.abs(n - 1)] + ramp[n + 1]) / 4;
    }
  }

  private static double ramp(int n) {
    return n == 0 ? 0.25 : n % 2 == 0 ? 0 : -1 / (Math.PI * Math.PI * n * n);
  }

  /**
   * Filters every view of a sinogram as if zeros surrounded it.
   *
   * @param sinogram views x bins x channels
   * @return a new array of the same shape
   */
  float[] apply(float[] sinogram, int channels) {
    var out = new float[sinogram.length];
    var view = new double[bins];
    var filtered = new double[bins];
    int viewSize = bins * channels;
    for (int start = 0; start < sinogram.length; start += viewSize) {
      for (int c = 0; c < channels; c++) {
        for (int b = 0; b < bins; b++) {
          view[b] = sinogram[start + b * channels + c];
        }
        convolve(view, filtered);
        for (int b = 0; b < bins; b++) {
          out[start + b * channels + c] = (float) filtered[b];
        }
      }
    }
    return out;
  }

  private void convolve(double[] view, double[] out) {
    // By distance, so that the inner loops run over neighbours and vectorise.
    for (int b = 0; b < bins; b++) {
      out[b] = kernel[0] * view[b];
    }
    for (int n = 1; n < bins; n++) {
      double tap = kernel[n];
      if (tap == 0) {
        continue;
      }
      for (int b = 0; b < bins - n; b++) {
        out[b] += tap * view[b + n];
      }
      for (int b = n; b < bins; b++) {
        out[b] += tap * view[b - n];
      }
    }
  }
}
