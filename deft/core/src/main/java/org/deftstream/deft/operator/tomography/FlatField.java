package org.deftstream.deft.operator.tomography;

import java.util.Arrays;

/**
 * Line integrals of the attenuation from a detector's counts, with the counts of the beam without
 * an object (flat) and without a beam (dark): {@code -log((counts - dark) / (flat - dark))}. The
 * variance of counts is proportional to their mean above the dark one; how many counts a photon
 * makes is told by the flats' own variance, where there are several. Immutable.
 *
 * @param integrals views x bins, as {@code ct-parallel} and {@code ct-fan} take them with {@code
 *     attenuation}
 * @param sigma standard deviation of each, their auxiliary input
 */
@SuppressWarnings("ArrayRecordComponent") // handed over to the record that is made of them
public record FlatField(float[] integrals, float[] sigma) {
  /** A ray that lets less than this part of the beam through says no more than this. */
  private static final double LEAST_SHARE = 1e-4;

  /**
   * Corrects a scan.
   *
   * @param counts views x bins
   * @param flats at least one exposure of all bins without an object
   * @param darks at least one exposure of all bins without a beam
   * @param bins of a view
   * @throws IllegalArgumentException one line, if shapes do not fit or a bin's flat is not above
   *     its dark
   */
  public static FlatField of(float[] counts, float[] flats, float[] darks, int bins) {
    requireViews("counts", counts, bins);
    requireViews("flats", flats, bins);
    requireViews("darks", darks, bins);
    var flat = mean(flats, bins);
    var dark = mean(darks, bins);
    for (int bin = 0; bin < bins; bin++) {
      if (!(flat[bin] > dark[bin])) {
        throw new IllegalArgumentException(
            "bin "
                + bin
                + ": the beam counts "
                + flat[bin]
                + ", not more than the dark "
                + dark[bin]);
      }
    }
    double perPhoton = perPhoton(flats, flat, dark, bins);
    int exposures = flats.length / bins;
    var integrals = new float[counts.length];
    var sigma = new float[counts.length];
    for (int i = 0; i < counts.length; i++) {
      double beam = flat[i % bins] - dark[i % bins];
      double through = Math.max(LEAST_SHARE * beam, counts[i] - dark[i % bins]);
      integrals[i] = (float) Math.log(beam / through);
      sigma[i] = (float) Math.sqrt(perPhoton * (1 / through + 1 / (exposures * beam)));
    }
    return new FlatField(integrals, sigma);
  }

  private static void requireViews(String what, float[] values, int bins) {
    if (bins < 1 || values.length == 0 || values.length % bins != 0) {
      throw new IllegalArgumentException(
          what + ": " + values.length + " values are not exposures of " + bins + " bins");
    }
    for (float value : values) {
      if (!Float.isFinite(value)) {
        throw new IllegalArgumentException(what + " hold " + value);
      }
    }
  }

  private static double[] mean(float[] exposures, int bins) {
    var mean = new double[bins];
    for (int i = 0; i < exposures.length; i++) {
      mean[i % bins] += exposures[i] * (double) bins / exposures.length;
    }
    return mean;
  }

  /** The median over the bins of the flats' variance over their mean; 1 where there is but one. */
  private static double perPhoton(float[] flats, double[] flat, double[] dark, int bins) {
    int exposures = flats.length / bins;
    if (exposures < 2) {
      return 1;
    }
    // The beam as a whole flickers; that is no matter of photons.
    var level = new double[exposures];
    double mean = Arrays.stream(flat).sum() - Arrays.stream(dark).sum();
    for (int i = 0; i < flats.length; i++) {
      level[i / bins] += (flats[i] - dark[i % bins]) / mean;
    }
    var ratios = new double[bins];
    for (int bin = 0; bin < bins; bin++) {
      double beam = flat[bin] - dark[bin];
      double squares = 0;
      for (int e = 0; e < exposures; e++) {
        double rest = flats[e * bins + bin] - dark[bin] - level[e] * beam;
        squares += rest * rest;
      }
      ratios[bin] = squares / (exposures - 1) / beam;
    }
    Arrays.sort(ratios);
    return Math.max(1e-12, ratios[bins / 2]);
  }

  /**
   * The same without rings: bins that are a little brighter or darker than their neighbours in all
   * views make rings about the axis. What the mean of a bin's integrals over the views differs from
   * the median of its neighbours' is taken from all of them.
   *
   * @param bins of a view
   * @param reach how many neighbours on either side, at least 1
   */
  public FlatField withoutRings(int bins, int reach) {
    if (reach < 1) {
      throw new IllegalArgumentException("reach must be at least 1, got " + reach);
    }
    var mean = mean(integrals, bins);
    var corrected = integrals.clone();
    for (int bin = 0; bin < bins; bin++) {
      var near =
          Arrays.copyOfRange(mean, Math.max(0, bin - reach), Math.min(bins, bin + reach + 1));
      Arrays.sort(near);
      double ring = mean[bin] - near[near.length / 2];
      for (int i = bin; i < corrected.length; i += bins) {
        corrected[i] -= (float) ring;
      }
    }
    return new FlatField(corrected, sigma);
  }
}
