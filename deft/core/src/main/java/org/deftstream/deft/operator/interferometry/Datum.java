package org.deftstream.deft.operator.interferometry;

/**
 * What a value of a record is, by its number in the auxiliary input {@code type}. Each is a
 * function of one to four visibilities: with {@code l = ln |V|}.
 */
enum Datum {
  /** {@code |V|}. */
  AMPLITUDE(1),
  /** {@code arg(V1 V2 V3)} of three baselines round a triangle, in radians. */
  CLOSURE_PHASE(3),
  /** {@code l1 + l2 - l3 - l4}. */
  LOG_CLOSURE_AMPLITUDE(4),
  /** {@code Re V}, of calibrated visibilities. */
  REAL(1),
  /** {@code Im V}. */
  IMAGINARY(1);

  private final int baselines;

  Datum(int baselines) {
    this.baselines = baselines;
  }

  /** Visibilities that it is of: the first ones of a value's four places. */
  int baselines() {
    return baselines;
  }

  /**
   * Reads a number.
   *
   * @throws IllegalArgumentException if there is none such
   */
  static Datum of(float type) {
    int index = (int) type;
    if (index != type || index < 0 || index >= values().length) {
      throw new IllegalArgumentException(
          "type must hold 0 (amplitude), 1 (closure phase), 2 (log closure amplitude), 3 (real part)"
              + " or 4 (imaginary part), got "
              + type);
    }
    return values()[index];
  }

  /** The value, given the visibilities and the modulus that none is taken to fall below. */
  double value(double[] re, double[] im, double least) {
    return switch (this) {
      case AMPLITUDE -> Math.hypot(re[0], im[0]);
      case REAL -> re[0];
      case IMAGINARY -> im[0];
      case CLOSURE_PHASE ->
          wrapped(Math.atan2(im[0], re[0]) + Math.atan2(im[1], re[1]) + Math.atan2(im[2], re[2]));
      case LOG_CLOSURE_AMPLITUDE ->
          log(re[0], im[0], least)
              + log(re[1], im[1], least)
              - log(re[2], im[2], least)
              - log(re[3], im[3], least);
    };
  }

  /** A phase in (-pi, pi]. */
  static double wrapped(double phase) {
    double turns = Math.rint(phase / (2 * Math.PI));
    return phase - 2 * Math.PI * turns;
  }

  private static double log(double re, double im, double least) {
    return Math.log(Math.max(least, Math.hypot(re, im)));
  }

  /**
   * The derivative by one of the visibilities: the value changes by {@code out[0] dRe + out[1]
   * dIm}.
   */
  void slope(int baseline, double re, double im, double least, double[] out) {
    double modulus = Math.hypot(re, im);
    out[0] = 0;
    out[1] = 0;
    if (this == REAL) {
      out[0] = 1;
    } else if (this == IMAGINARY) {
      out[1] = 1;
    } else if (modulus > least) {
      double square = modulus * modulus;
      double sign = baseline < 2 ? 1 : -1;
      switch (this) {
        case AMPLITUDE -> set(out, re / modulus, im / modulus);
        case CLOSURE_PHASE -> set(out, -im / square, re / square);
        default -> set(out, sign * re / square, sign * im / square);
      }
    }
  }

  private static void set(double[] out, double re, double im) {
    out[0] = re;
    out[1] = im;
  }
}
