package org.deftstream.deft.operator.mri;

/**
 * The covariance of complex noise between receiving coils, and its removal: {@code L^-1}, L being
 * the lower triangular factor of Cholesky, makes the noise of all coils alike and independent, with
 * standard deviation 1 on real and imaginary parts each. Immutable and thread-safe.
 */
final class NoiseCovariance {
  private final int coils;
  private final double[][] real;
  private final double[][] imaginary;

  /**
   * From samples that hold nothing but noise.
   *
   * @param samples coils x places x 2
   * @param places those of the samples that are taken, at least as many as there are coils
   * @throws IllegalArgumentException if they do not tell the coils apart
   */
  NoiseCovariance(float[] samples, int coils, int[] places) {
    this.coils = coils;
    real = new double[coils][coils];
    imaginary = new double[coils][coils];
    int count = samples.length / (2 * coils);
    for (int a = 0; a < coils; a++) {
      for (int b = 0; b <= a; b++) {
        for (int place : places) {
          int i = 2 * (a * count + place);
          int j = 2 * (b * count + place);
          real[a][b] += (double) samples[i] * samples[j] + (double) samples[i + 1] * samples[j + 1];
          imaginary[a][b] +=
              (double) samples[i + 1] * samples[j] - (double) samples[i] * samples[j + 1];
        }
        real[a][b] /= 2.0 * places.length;
        imaginary[a][b] /= 2.0 * places.length;
      }
    }
    factor();
  }

  private void factor() {
    for (int a = 0; a < coils; a++) {
      for (int b = 0; b <= a; b++) {
        double re = real[a][b];
        double im = imaginary[a][b];
        for (int k = 0; k < b; k++) {
          re -= real[a][k] * real[b][k] + imaginary[a][k] * imaginary[b][k];
          im -= imaginary[a][k] * real[b][k] - real[a][k] * imaginary[b][k];
        }
        if (a > b) {
          real[a][b] = re / real[b][b];
          imaginary[a][b] = im / real[b][b];
        } else if (re > 1e-9 * real[a][a] && real[a][a] > 0) {
          real[a][a] = Math.sqrt(re);
          imaginary[a][a] = 0;
        } else {
          throw new IllegalArgumentException(
              "the noise of coil " + a + " is nothing, or that of the coils before it");
        }
      }
    }
  }

  /** {@code L^-1} times the samples of each place, a new array. */
  float[] whitened(float[] samples) {
    var out = new float[samples.length];
    int count = samples.length / (2 * coils);
    for (int place = 0; place < count; place++) {
      for (int a = 0; a < coils; a++) {
        int i = 2 * (a * count + place);
        double re = samples[i];
        double im = samples[i + 1];
        for (int b = 0; b < a; b++) {
          int j = 2 * (b * count + place);
          re -= real[a][b] * out[j] - imaginary[a][b] * out[j + 1];
          im -= real[a][b] * out[j + 1] + imaginary[a][b] * out[j];
        }
        out[i] = (float) (re / real[a][a]);
        out[i + 1] = (float) (im / real[a][a]);
      }
    }
    return out;
  }
}
