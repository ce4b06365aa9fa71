package org.deftstream.deft.sampler;

/**
 * The Box-Muller transform of 64 random bits into two standard normal numbers, in operations that
 * every Java runtime rounds alike: logarithm, sine and cosine are the polynomials of fdlibm (Sun
 * Microsystems, 1993), which {@link StrictMath} promises too, without what it does for arguments
 * that do not come up here. As float32 the numbers are those of {@code StrictMath}, several times
 * faster: most of a step's time on a fast device was once spent in them. Stateless and thread-safe.
 */
final class NormalPairs {
  private static final double UNIT = 0x1p-32;
  private static final double LN2_HIGH = 0x1.62e42feep-1;
  private static final double LN2_LOW = 0x1.a39ef35793c76p-33;

  /** The first 33 bits of pi / 2, and what is left of it. */
  private static final double QUARTER_HIGH = 0x1.921fb544p0;

  private static final double QUARTER_LOW = 0x1.0b4611a626331p-34;

  private static final long MANTISSA = 0x000fffffffffffffL;

  /** Added to a mantissa it carries into the exponent from the root of 2 on. */
  private static final long ROOT_OF_2 = 0x95f6400000000L;

  private static final long ONE = 0x3ff0000000000000L;

  private NormalPairs() {}

  /** Writes both numbers, or the first one where there is no room for the second. */
  static void write(float[] out, int at, int first, int second) {
    double radius = radius(first);
    double angle = 2 * Math.PI * UNIT * (second & 0xffffffffL);
    // The nearest multiple of a quarter turn; beyond it at most an eighth.
    int quarters = (int) (((second & 0xffffffffL) + (1L << 29)) >>> 30);
    double rest = angle - quarters * QUARTER_HIGH;
    double low = quarters * QUARTER_LOW;
    double turned = rest - low;
    double tail = (rest - turned) - low;
    double sine = sine(turned, tail);
    double cosine = cosine(turned, tail);
    boolean swapped = (quarters & 1) != 0;
    double x = swapped ? sine : cosine;
    double y = swapped ? cosine : sine;
    // Quarters 1 and 2 turn the sign of the cosine, 2 and 3 that of the sine.
    out[at] = (float) (radius * ((quarters + 1 & 2) != 0 ? -x : x));
    if (at + 1 < out.length) {
      out[at + 1] = (float) (radius * ((quarters & 2) != 0 ? -y : y));
    }
  }

  /** {@code sqrt(-2 ln u)}; half a unit keeps the logarithm away from 0, the largest is 6.8. */
  private static double radius(int bits) {
    return Math.sqrt(-2 * log(((bits & 0xffffffffL) + 0.5) * UNIT));
  }

  /** The natural logarithm of a normal number in (0, 1). */
  static double log(double u) {
    long bits = Double.doubleToRawLongBits(u);
    long mantissa = bits & MANTISSA;
    // 1 where the mantissa is above the root of 2, so that f is in (root of 1/2, root of 2) - 1.
    long above = (mantissa + ROOT_OF_2 & 1L << 52) >>> 52;
    long exponent = (bits >>> 52) - 1023 + above;
    double f = Double.longBitsToDouble(mantissa | ONE - (above << 52)) - 1;
    double s = f / (2 + f);
    double z = s * s;
    double w = z * z;
    double odd = w * (0x1.999999997fa04p-2 + w * (0x1.c71c51d8e78afp-3 + w * 0x1.39a09d078c69fp-3));
    double even =
        z
            * (0x1.5555555555593p-1
                + w
                    * (0x1.2492494229359p-2
                        + w * (0x1.7466496cb03dep-3 + w * 0x1.2f112df3e5244p-3)));
    double r = odd + even;
    double half = 0.5 * f * f;
    double k = exponent;
    return k * LN2_HIGH - ((half - (s * (half + r) + k * LN2_LOW)) - f);
  }

  /** The sine of {@code x + tail}, |x| up to an eighth of a turn. */
  private static double sine(double x, double tail) {
    double z = x * x;
    double v = z * x;
    double r =
        0x1.111111110f8a6p-7
            + z
                * (-0x1.a01a019c161d5p-13
                    + z
                        * (0x1.71de357b1fe7dp-19
                            + z * (-0x1.ae5e68a2b9cebp-26 + z * 0x1.5d93a5acfd57cp-33)));
    return x - ((z * (0.5 * tail - v * r) - tail) - v * -0x1.5555555555549p-3);
  }

  /** The cosine of {@code x + tail}, |x| up to an eighth of a turn. */
  private static double cosine(double x, double tail) {
    double z = x * x;
    double r =
        z
            * (0x1.555555555554cp-5
                + z
                    * (-0x1.6c16c16c15177p-10
                        + z
                            * (0x1.a01a019cb159p-16
                                + z
                                    * (-0x1.27e4f809c52adp-22
                                        + z
                                            * (0x1.1ee9ebdb4b1c4p-29
                                                + z * -0x1.8fae9be8838d4p-37)))));
    double half = 0.5 * z;
    double whole = 1 - half;
    return whole + (((1 - whole) - half) + (z * r - x * tail));
  }
}
