package org.deftstream.deft.metrics;

import java.util.Arrays;

/**
 * Images of two materials: where one ends and the other begins, and how well that agrees with what
 * is known. Stateless and thread-safe.
 */
public final class Segmentation {
  private Segmentation() {}

  /**
   * The threshold that parts values into two classes with the largest variance between them (Otsu,
   * IEEE Trans. Systems, Man and Cybernetics 9, 1979), half way between two neighbouring values;
   * the value itself where all are alike.
   *
   * @param values at least one, all finite
   */
  public static double otsu(float[] values) {
    var sorted = values.clone();
    Arrays.sort(sorted);
    double total = 0;
    for (float value : sorted) {
      total += value;
    }
    double below = 0;
    double best = 0;
    double threshold = sorted[0];
    for (int i = 0; i < sorted.length - 1; i++) {
      below += sorted[i];
      double share = i + 1;
      double rest = sorted.length - share;
      double apart = below / share - (total - below) / rest;
      double between = share * rest * apart * apart;
      if (between > best && sorted[i] < sorted[i + 1]) {
        best = between;
        threshold = ((double) sorted[i] + sorted[i + 1]) / 2;
      }
    }
    return threshold;
  }

  /**
   * The correlation of two masks (Matthews, Biochimica et Biophysica Acta 405, 1975), from -1 to 1;
   * 0 where one of them is all or nothing, which tells nothing.
   *
   * @throws IllegalArgumentException if they differ in size
   */
  public static double matthews(boolean[] found, boolean[] truth) {
    if (found.length != truth.length) {
      throw new IllegalArgumentException(
          "masks differ in size: " + found.length + " and " + truth.length + " pixels");
    }
    double tp = 0;
    double tn = 0;
    double fp = 0;
    double fn = 0;
    for (int i = 0; i < found.length; i++) {
      if (found[i]) {
        tp += truth[i] ? 1 : 0;
        fp += truth[i] ? 0 : 1;
      } else {
        fn += truth[i] ? 1 : 0;
        tn += truth[i] ? 0 : 1;
      }
    }
    double all = Math.sqrt((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn));
    return all == 0 ? 0 : (tp * tn - fp * fn) / all;
  }
}
