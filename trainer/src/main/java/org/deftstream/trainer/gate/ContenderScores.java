package org.deftstream.trainer.gate;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * What one contender reached on the validation pairs, in their order.
 *
 * @param name what messages call it: an adapter's id or a method's name
 * @param sampler how it was sampled, in one line
 * @param psnr of each mean, data range 2, in dB; NaN where it failed
 * @param residual of each mean, in units of the noise; NaN where it failed
 * @param deviationFactor the factor on the samples' standard deviation with which the 90 % interval
 *     covers 90 % of the values; NaN for a single sample
 * @param failures what went wrong, empty if nothing did
 * @param images means of the first pairs, flat, channels last, to look at
 */
@SuppressWarnings("ArrayRecordComponent") // read only, never compared
public record ContenderScores(
    String name,
    String sampler,
    double[] psnr,
    double[] residual,
    double deviationFactor,
    List<String> failures,
    List<float[]> images) {
  /** Figures without images. */
  public ContenderScores(
      String name, String sampler, double[] psnr, double[] residual, List<String> failures) {
    this(name, sampler, psnr, residual, Double.NaN, failures, List.of());
  }

  /** Whether every pair was answered. */
  public boolean complete() {
    return failures.isEmpty() && Arrays.stream(psnr).allMatch(Double::isFinite);
  }

  /** Mean PSNR in dB. */
  public double meanPsnr() {
    return Arrays.stream(psnr).average().orElse(Double.NaN);
  }

  /** The first thing that went wrong. */
  public Optional<String> failure() {
    return failures.stream().findFirst();
  }
}
