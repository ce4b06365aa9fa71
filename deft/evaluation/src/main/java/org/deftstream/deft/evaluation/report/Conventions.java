package org.deftstream.deft.evaluation.report;

import java.util.List;

/** How the figures are meant, once for every report. Stateless. */
final class Conventions {
  private static final List<String> LINES =
      List.of(
          "Same images, masks, noise and sampler seeds for all methods of a task. Brackets are 95 %"
              + " intervals: bootstrap over images (10,000 resamples) for means, paired by image for"
              + " differences; 100 random halves of the images for distances of distributions.",
          "PSNR and SSIM: of the mean of the K samples, data range 2 (values in [-1, 1]), nothing"
              + " clipped; SSIM with a Gaussian window of 11 pixels, sigma 1.5.",
          "Residual: `|y - A x| / (sigma sqrt(m))`, about 1 where an image explains its measurement"
              + " up to the noise.",
          "Frechet distance and KID (unbiased, cubic kernel, pairs of different images): reconstructions against the truths of"
              + " the same images, in the features of a small classifier of this repository. They"
              + " compare with each other, not with figures of other networks.",
          "Coverage: share of pixels within `mean +- t s sqrt(1 + 1/K)`, t of Student's distribution"
              + " with K - 1 degrees of freedom, which is exact for Gaussians at any K. The factor"
              + " multiplies s; it is fitted on validation images so that the 90 % interval covers 90"
              + " %, and judged on the test images.",
          "Time: wall time of all images divided by their number, all samples and restarts of an"
              + " image together; ms/step is that divided by K, restarts and steps. Compare times"
              + " within one run.",
          "Phase retrieval cannot tell an image from the same image turned by 180 degrees: the nearer"
              + " one is judged. Of several restarts the one with the smallest residual is judged;"
              + " the truth is not looked at for that.");

  private Conventions() {}

  /** Each convention, one paragraph, with code in backticks. */
  static List<String> lines() {
    return LINES;
  }

  static String markdown() {
    return String.join("\n", LINES.stream().map(line -> "- " + line).toList()) + "\n";
  }
}
