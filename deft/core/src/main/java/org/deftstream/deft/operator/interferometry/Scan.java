package org.deftstream.deft.operator.interferometry;

import java.util.Arrays;
import java.util.HashMap;
import org.deftstream.deft.image.ImageShape;

/**
 * What one record holds: for each value what it is, of which visibilities, and its weight. Places
 * that several values share are transformed once. Immutable and thread-safe.
 */
final class Scan {
  /** Places of a value in the auxiliary input {@code uv}; those that it does not need are 0. */
  static final int PLACES = 4;

  /** Wavelengths beyond this are nobody's. */
  private static final float MOST = 0x1p43f;

  private final Datum[] types;
  private final int[] places;
  private final Visibilities visibilities;
  private final PlaneProducts products;
  private final double least;
  private final float[] weights;

  /**
   * Reads a record.
   *
   * @param uv values x 4 x 2, wavelengths
   * @param sign of the transform's exponent; {@link Visibilities} has -1
   * @param type values, see {@link Datum}
   * @param pixel width of a pixel in radians
   * @param least modulus that no visibility is taken to fall below
   * @param weights values, in inverse proportion to their variances
   * @throws IllegalArgumentException if a number is none that can be meant
   */
  Scan(
      float[] uv,
      int sign,
      float[] type,
      ImageShape shape,
      double pixel,
      double least,
      float[] weights) {
    this.least = least;
    this.weights = weights;
    types = new Datum[type.length];
    places = new int[type.length * PLACES];
    var found = new HashMap<Long, Integer>();
    var distinct = new float[uv.length];
    for (int i = 0; i < type.length; i++) {
      types[i] = Datum.of(type[i]);
      for (int j = i * PLACES; j < i * PLACES + types[i].baselines(); j++) {
        float u = uv[2 * j];
        float v = uv[2 * j + 1];
        if (!(Math.abs(u) <= MOST && Math.abs(v) <= MOST)) {
          throw new IllegalArgumentException(
              "uv must hold wavelengths, got " + u + " and " + v + " for value " + i);
        }
        long key =
            (long) Float.floatToIntBits(u) << Integer.SIZE
                | Integer.toUnsignedLong(Float.floatToIntBits(v));
        Integer known = found.putIfAbsent(key, found.size());
        places[j] = known == null ? found.size() - 1 : known;
        distinct[2 * places[j]] = -sign * u;
        distinct[2 * places[j] + 1] = -sign * v;
      }
    }
    var uvOfPlaces = Arrays.copyOf(distinct, 2 * found.size());
    visibilities = new Visibilities(uvOfPlaces, shape, pixel);
    products = new PlaneProducts(visibilities, uvOfPlaces, shape, pixel);
  }

  /** Of each value; not to be changed. */
  float[] weights() {
    return weights;
  }

  /** Whether a value tells of the flux itself, and not of ratios or angles. */
  boolean isFlux(int value) {
    return types[value] == Datum.AMPLITUDE || types[value] == Datum.REAL;
  }

  /** The visibilities of a sky in Jansky per pixel. */
  float[] transformed(float[] sky) {
    return visibilities.of(sky);
  }

  /** The values of visibilities. */
  float[] values(float[] v) {
    var out = new float[types.length];
    var re = new double[PLACES];
    var im = new double[PLACES];
    for (int i = 0; i < out.length; i++) {
      for (int j = 0; j < types[i].baselines(); j++) {
        re[j] = v[2 * places[i * PLACES + j]];
        im[j] = v[2 * places[i * PLACES + j] + 1];
      }
      out[i] = (float) types[i].value(re, im, least);
    }
    return out;
  }

  /** A measurement without the values of visibilities; phases by the shorter way round. */
  float[] unexplained(float[] v, float[] measurement) {
    var rest = values(v);
    for (int i = 0; i < rest.length; i++) {
      double difference = measurement[i] - rest[i];
      boolean phase = types[i] == Datum.CLOSURE_PHASE;
      rest[i] = (float) (phase ? Datum.wrapped(difference) : difference);
    }
    return rest;
  }

  /** Multiplies values by their weights, in place. */
  float[] weighted(float[] values) {
    for (int i = 0; i < values.length; i++) {
      values[i] *= weights[i];
    }
    return values;
  }

  /** The weighted sum of the squares of values. */
  double squares(float[] values) {
    double sum = 0;
    for (int i = 0; i < values.length; i++) {
      sum += weights[i] * (double) values[i] * values[i];
    }
    return sum;
  }

  /** How values change, at visibilities v. */
  Tangent tangent(float[] v) {
    var starts = new int[types.length + 1];
    for (int i = 0; i < types.length; i++) {
      starts[i + 1] = starts[i] + types[i].baselines();
    }
    var dependedOn = new int[starts[types.length]];
    var slopes = new float[2 * dependedOn.length];
    var slope = new double[2];
    for (int i = 0; i < types.length; i++) {
      for (int j = 0; j < types[i].baselines(); j++) {
        int place = places[i * PLACES + j];
        types[i].slope(j, v[2 * place], v[2 * place + 1], least, slope);
        int at = starts[i] + j;
        dependedOn[at] = place;
        slopes[2 * at] = (float) slope[0];
        slopes[2 * at + 1] = (float) slope[1];
      }
    }
    return new Tangent(visibilities(), starts, dependedOn, slopes);
  }

  /** The transpose of {@link #transformed}. */
  float[] adjoint(float[] onVisibilities) {
    return visibilities.adjoint(onVisibilities);
  }

  /** {@link #transformed} of {@link #adjoint}. */
  float[] products(float[] onVisibilities) {
    return products.times(onVisibilities);
  }

  /** Whether anything asked for {@link #products} so far, and they are kept. */
  boolean productsComputed() {
    return products.computed();
  }

  /** Visibilities that its values are of. */
  int visibilities() {
    return visibilities.count();
  }
}
