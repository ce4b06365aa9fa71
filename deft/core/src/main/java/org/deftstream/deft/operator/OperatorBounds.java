package org.deftstream.deft.operator;

import java.util.Locale;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.linalg.NonuniformFourier;

/**
 * How large an operator may be. A specification comes over the network, and fields that are right
 * one by one may ask for too much together: this is found before memory or time is taken. Stateless
 * and thread-safe.
 */
public final class OperatorBounds {
  /** Most values of one measurement: 64 MiB of float32. */
  static final long MOST_VALUES = 1L << 24;

  /** Most additions and multiplications that making an operator takes: some seconds. */
  static final long MOST_STEPS = 1L << 32;

  /** Share of the heap that one operator may take. */
  private static final double HEAP_SHARE = 0.75;

  /** What finding one place of a sparse matrix costs, in steps. */
  private static final int SPARSE_STEPS = 8;

  /** What finding a ray's line costs, in steps. */
  private static final long RAY_STEPS = 256;

  /** What a ray's line takes, and its value a few times over. */
  private static final long RAY_BYTES = 2 * Double.BYTES + 5 * Float.BYTES;

  /** What a sine and a cosine cost, in steps. */
  private static final int TRIGONOMETRIC_STEPS = 64;

  /** What a sample's weights on a grid and its sum cost, in steps. */
  private static final long INTERPOLATION_STEPS = 1_024;

  /** What the transform of a padded image costs, in steps for each pixel. */
  private static final long PADDED_STEPS = 256;

  /** What finding the singular vectors of a side costs, in steps for each of its cube. */
  private static final int VECTOR_STEPS = 16;

  /** An index and a weight. */
  private static final int ENTRY_BYTES = Integer.BYTES + Float.BYTES;

  private OperatorBounds() {}

  /** A scan of so many views and bins; both are above 0. */
  public static void requireScan(String where, ImageShape shape, int views, int bins) {
    long side = Math.max(shape.height(), shape.width());
    // A view's bins beyond the image's diagonal see nothing of it.
    long seeing = Math.min(bins, (long) Math.ceil(Math.sqrt(2) * side) + 2);
    require(
        where,
        views + " views of " + bins + " bins",
        shape,
        (long) views * bins * shape.channels(),
        RAY_STEPS * views * bins + SPARSE_STEPS * views * (seeing * side + shape.pixels()),
        scanBytes(shape, views, bins));
  }

  /** Of {@link #requireScan}: the rays, and what the images and their spectra take. */
  public static long scanBytes(ImageShape shape, int views, int bins) {
    return RAY_BYTES * views * bins + 8 * Double.BYTES * shape.pixels() * shape.channels();
  }

  /** A motion of so many pixels. */
  public static void requireMotion(String where, ImageShape shape, double length) {
    long pixels = (long) shape.height() * shape.width();
    long corners = 4 * (4 * (long) Math.ceil(length) + 1);
    require(
        where,
        "a motion of " + length + " pixels",
        shape,
        pixels * shape.channels(),
        SPARSE_STEPS * pixels * corners,
        motionBytes(shape, length));
  }

  /** Of {@link #requireMotion}. */
  public static long motionBytes(ImageShape shape, double length) {
    return ENTRY_BYTES * 3 * shape.pixels() * 4 * (4 * (long) Math.ceil(length) + 1);
  }

  /** Radial spokes, each of whose samples is interpolated from a grid that is padded. */
  public static void requireSpokes(
      String where, ImageShape shape, int spokes, int samples, int coils) {
    long readouts = (long) spokes * samples;
    long pixels = (long) shape.height() * shape.width();
    require(
        where,
        spokes + " spokes of " + samples + " samples and " + coils + " coils",
        shape,
        2 * readouts * coils,
        (INTERPOLATION_STEPS * readouts + PADDED_STEPS * pixels) * coils,
        2 * Double.BYTES * readouts
            + (NonuniformFourier.bytes(pixels) + 4 * Double.BYTES * readouts) * coils
            + coilBytes(pixels, coils));
  }

  /** Cartesian lines, of which there are at most as many as the image has rows. */
  public static void requireLines(String where, ImageShape shape, int coils) {
    long pixels = (long) shape.height() * shape.width();
    require(
        where,
        coils + " coils",
        shape,
        2 * pixels * coils,
        TRIGONOMETRIC_STEPS * pixels * coils,
        coilBytes(pixels, coils));
  }

  /** Of {@link #requireSpokes} and {@link #requireLines}, the maps of the coils. */
  public static long coilBytes(long pixels, int coils) {
    return pixels * coils * (2 * Float.BYTES + 4 * Double.BYTES);
  }

  /** Images that are padded to so many times their sides. */
  public static void requirePadding(String where, ImageShape shape, int oversampling) {
    long padded = (long) shape.height() * shape.width() * oversampling * oversampling;
    require(
        where,
        "oversampling " + oversampling,
        shape,
        padded * shape.channels(),
        TRIGONOMETRIC_STEPS * padded,
        paddingBytes(shape, oversampling));
  }

  /** Of {@link #requirePadding}. */
  public static long paddingBytes(ImageShape shape, int oversampling) {
    return shape.pixels() * oversampling * oversampling * 4 * Double.BYTES;
  }

  /**
   * Square matrices of both sides, and their singular vectors.
   *
   * @param known whether the vectors are known, and need not be found
   */
  public static void requireMatrices(String where, ImageShape shape, boolean known) {
    requireMatrices(where, shape, known, 0);
  }

  /** The same, and the diagonals of a blur of so many pixels. */
  public static void requireBands(String where, ImageShape shape, double blur, boolean known) {
    requireMatrices(where, shape, known, bandsBytes(shape, blur));
  }

  private static void requireMatrices(String where, ImageShape shape, boolean known, long more) {
    long cubes = known ? 0 : cube(shape.height()) + cube(shape.width());
    require(
        where,
        "the singular vectors of both sides",
        shape,
        shape.pixels() * shape.channels(),
        VECTOR_STEPS * cubes,
        matricesBytes(shape) + more);
  }

  private static long cube(long side) {
    // Beyond, it is too large anyhow, and nothing overflows.
    long bounded = Math.min(side, 1 << 16);
    return bounded * bounded * bounded;
  }

  /** Of {@link #requireMatrices}. */
  public static long matricesBytes(ImageShape shape) {
    long squares = (long) shape.height() * shape.height() + (long) shape.width() * shape.width();
    return 10 * Double.BYTES * squares;
  }

  /** The diagonals of {@link #requireBands}: both axes, and their transposes. */
  public static long bandsBytes(ImageShape shape, double blur) {
    long diagonals = 2 * (long) Math.ceil(4 * blur) + 1;
    return 4 * diagonals * Float.BYTES * shape.pixels() * shape.channels();
  }

  private static void require(
      String where, String what, ImageShape shape, long values, long steps, long bytes) {
    if (values > MOST_VALUES) {
      throw tooLarge(
          where, what, shape, "make measurements of " + values + " values", MOST_VALUES + "");
    }
    if (steps > MOST_STEPS) {
      throw tooLarge(where, what, shape, "take " + steps + " steps to make", MOST_STEPS + "");
    }
    long most = (long) (HEAP_SHARE * Runtime.getRuntime().maxMemory());
    if (bytes > most) {
      throw tooLarge(
          where,
          what,
          shape,
          "take some " + mebibytes(bytes) + " of memory",
          mebibytes(most) + ", " + Math.round(100 * HEAP_SHARE) + " % of the heap,");
    }
  }

  private static IllegalArgumentException tooLarge(
      String where, String what, ImageShape shape, String need, String most) {
    return new IllegalArgumentException(
        where
            + ": "
            + what
            + " for images of "
            + shape
            + " "
            + need
            + "; at most "
            + most
            + " are allowed");
  }

  private static String mebibytes(long bytes) {
    return String.format(Locale.ROOT, "%d MiB", bytes >> 20);
  }
}
