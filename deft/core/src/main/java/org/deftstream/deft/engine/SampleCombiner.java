package org.deftstream.deft.engine;

/**
 * Mean and standard deviation of the K samples of one request, by Welford's update in double
 * precision. Samples may arrive in any order and enter in the order of their index, so the result
 * does not depend on which finished first; one that is early is kept until its turn.
 */
final class SampleCombiner {
  private final float[][] early;
  private int count;
  private float[] single;
  private double[] mean;
  private double[] squares;

  SampleCombiner(int samples) {
    early = new float[samples][];
  }

  /** Takes over the sample's array. */
  void add(int index, float[] sample) {
    early[index] = sample;
    while (count < early.length && early[count] != null) {
      enter(early[count]);
      early[count] = null;
      count++;
    }
  }

  private void enter(float[] sample) {
    if (early.length == 1) {
      single = sample;
      return;
    }
    if (count == 0) {
      mean = new double[sample.length];
      squares = new double[sample.length];
    }
    for (int i = 0; i < sample.length; i++) {
      double delta = sample[i] - mean[i];
      mean[i] += delta / (count + 1);
      squares[i] += delta * (sample[i] - mean[i]);
    }
  }

  boolean complete() {
    return count == early.length;
  }

  /** The mean; for K = 1 the sample's own array. */
  float[] mean() {
    if (single != null) {
      return single;
    }
    var result = new float[mean.length];
    for (int i = 0; i < result.length; i++) {
      result[i] = (float) mean[i];
    }
    return result;
  }

  /** The standard deviation with divisor K - 1, or null for K = 1. */
  float[] standardDeviation() {
    if (single != null) {
      return null;
    }
    var result = new float[squares.length];
    for (int i = 0; i < result.length; i++) {
      result[i] = (float) Math.sqrt(squares[i] / (early.length - 1));
    }
    return result;
  }
}
