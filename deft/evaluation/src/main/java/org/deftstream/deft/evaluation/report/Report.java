package org.deftstream.deft.evaluation.report;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.deftstream.deft.metrics.Bootstrap.Interval;

/**
 * The figures of everything that was run into one directory: what {@code report.json} holds and the
 * pages show. Immutable; fields that do not apply are null.
 *
 * @param plans in the order of their names
 */
public record Report(List<PlanReport> plans) {

  /**
   * One plan.
   *
   * @param command the command that ran it
   * @param device where it ran
   * @param batch largest batch
   */
  public record PlanReport(
      String name,
      String title,
      String about,
      String command,
      String device,
      int batch,
      List<TaskReport> tasks) {}

  /**
   * One task of a plan.
   *
   * @param images which images, in words
   * @param measurements number of test measurements
   * @param seeds measurements of each image
   * @param reference label of the method that differences are taken to
   * @param calibration which validation images, in words
   * @param features the classifier of the distances
   * @param linear whether the operator is
   */
  public record TaskReport(
      String task,
      String prior,
      long priorParameters,
      JsonNode operator,
      boolean linear,
      String images,
      int measurements,
      int seeds,
      String reference,
      String calibration,
      String features,
      List<MethodReport> methods) {}

  /**
   * One method on one task. Intervals are 95 %.
   *
   * @param setup how it was run
   * @param missing measurements that have no result yet
   * @param failed measurements without an image, such as those that diverged; not in the means
   * @param psnr mean over images, dB
   * @param ssim mean over images
   * @param residual mean over images, in units of the noise
   * @param secondsPerImage wall time of all images divided by their number, K samples and R
   *     restarts together
   * @param millisPerStep the same for each step of each sample: {@code seconds / (K R steps)}
   * @param psnrDifference mean of this method's minus the reference's on the same images
   * @param ssimDifference likewise
   * @param turned images that were turned by 180 degrees before they were judged
   * @param marked measurements whose residual the service would mark; null where it knows no range
   * @param contrast share of an inserted lesion's contrast that is kept; null where there is none
   * @param psnrByImage one value for each image
   */
  public record MethodReport(
      @JsonUnwrapped MethodSetup setup,
      int missing,
      int failed,
      Interval psnr,
      Interval ssim,
      Interval residual,
      double secondsPerImage,
      Double millisPerStep,
      Interval psnrDifference,
      Interval ssimDifference,
      int turned,
      Integer marked,
      Interval contrast,
      Distances distances,
      Uncertainty uncertainty,
      double[] psnrByImage) {}

  /**
   * Distances of distributions, reconstructions to truths of the same images.
   *
   * @param frechet Frechet distance
   * @param kernel KID: unbiased squared maximum mean discrepancy
   * @param frechetDifference this method's minus the reference's on the same halves
   * @param kernelDifference likewise
   */
  public record Distances(
      int images,
      Interval frechet,
      Interval kernel,
      Interval frechetDifference,
      Interval kernelDifference) {}

  /**
   * Whether the stated uncertainty is right.
   *
   * @param levels nominal
   * @param covered share of pixels of the test images, for each level; intervals over images
   * @param factor on the standard deviation, from the validation images; null without calibration
   * @param calibrated share with that factor on the test images; null without calibration
   * @param inside share at 90 %, with the factor where there is one, of the values whose truth is
   *     not empty (above -0.9); null where all are
   */
  public record Uncertainty(
      double[] levels,
      List<Interval> covered,
      Double factor,
      List<Interval> calibrated,
      Interval inside) {}
}
