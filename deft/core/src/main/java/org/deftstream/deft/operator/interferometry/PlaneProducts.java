package org.deftstream.deft.operator.interferometry;

import org.deftstream.deft.image.ImageShape;

/**
 * {@code F F^T} for the transform F of {@link Visibilities}: the inner products of the waves that
 * each real and imaginary part of a visibility is the weight of. Combinations of those waves are
 * all that a misfit can ask for, so an image that is sought there needs as many numbers as there
 * are visibilities. Real and imaginary parts have nothing in common, because an image lies evenly
 * about its middle. Up to {@value #MOST_KEPT} places the products are computed when they are first
 * asked for, as sums of cosines in closed form, and kept; beyond, each is a transform there and
 * back. Immutable but for that, and thread-safe.
 */
final class PlaneProducts {
  /** Of places: 8 MiB. */
  private static final int MOST_KEPT = 1024;

  /** Below this the closed form of the sum divides by nothing but rounding. */
  private static final double FLAT = 1e-9;

  private final Visibilities visibilities;
  private final float[] uv;
  private final ImageShape shape;
  private final double pixel;

  /** Null before {@link #times}: many a record is bound to be checked or measured, and no more. */
  private volatile Kept kept;

  /**
   * Products of places.
   *
   * @param uv places x 2; kept, and not to be changed
   * @param pixel width of a pixel in radians
   */
  PlaneProducts(Visibilities visibilities, float[] uv, ImageShape shape, double pixel) {
    this.visibilities = visibilities;
    this.uv = uv;
    this.shape = shape;
    this.pixel = pixel;
  }

  /** The most bytes that are kept for so many places, the places among them. */
  static long bytes(long places) {
    long kept = Math.min(places, MOST_KEPT);
    return 2 * Float.BYTES * (kept * kept + places);
  }

  /** Whether the products are kept by now. */
  boolean computed() {
    return kept != null;
  }

  private Kept kept() {
    var computed = kept;
    if (computed == null) {
      synchronized (this) {
        computed = kept;
        if (computed == null) {
          computed = compute();
          kept = computed;
        }
      }
    }
    return computed;
  }

  private Kept compute() {
    int count = visibilities.count();
    var real = new float[count * count];
    var imaginary = new float[count * count];
    for (int j = 0; j < count; j++) {
      for (int k = 0; k <= j; k++) {
        double apart = waves(j, k, -1);
        double together = waves(j, k, 1);
        real[j * count + k] = (float) ((apart + together) / 2);
        real[k * count + j] = real[j * count + k];
        imaginary[j * count + k] = (float) ((apart - together) / 2);
        imaginary[k * count + j] = imaginary[j * count + k];
      }
    }
    return new Kept(real, imaginary);
  }

  /** The sum over the image of the cosine of the difference, or sum, of two waves' phases. */
  private double waves(int j, int k, int sign) {
    double u = uv[2 * j] + (double) sign * uv[2 * k];
    double v = uv[2 * j + 1] + (double) sign * uv[2 * k + 1];
    return cosines(u * pixel, shape.width()) * cosines(v * pixel, shape.height());
  }

  /** Dirichlet's kernel: the sum of cos(2 pi turns i) for i about 0. */
  private static double cosines(double turns, int length) {
    double half = Math.PI * turns;
    double sine = Math.sin(half);
    return Math.abs(sine) < FLAT
        ? length * Math.cos((length - 1) * half)
        : Math.sin(length * half) / sine;
  }

  /** {@code F F^T a}: places x 2. */
  float[] times(float[] a) {
    return visibilities.count() > MOST_KEPT
        ? visibilities.of(visibilities.adjoint(a))
        : kept().times(a);
  }

  /**
   * The products of all waves, places x places.
   *
   * @param real of the real parts
   * @param imaginary of the imaginary ones
   */
  @SuppressWarnings("ArrayRecordComponent") // never changed, never handed out
  private record Kept(float[] real, float[] imaginary) {
    float[] times(float[] a) {
      int count = a.length / 2;
      var re = new float[count];
      var im = new float[count];
      for (int j = 0; j < count; j++) {
        float byRe = a[2 * j];
        float byIm = a[2 * j + 1];
        int row = j * count;
        for (int k = 0; k < count; k++) {
          re[k] += byRe * real[row + k];
        }
        for (int k = 0; k < count; k++) {
          im[k] += byIm * imaginary[row + k];
        }
      }
      var out = new float[a.length];
      for (int k = 0; k < count; k++) {
        out[2 * k] = re[k];
        out[2 * k + 1] = im[k];
      }
      return out;
    }
  }
}
