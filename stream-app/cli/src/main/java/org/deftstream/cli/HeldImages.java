package org.deftstream.cli;

import org.deftstream.deft.UserError;
import org.deftstream.deft.evaluation.PlannedImages;
import picocli.CommandLine.Option;

/** Which images an adapter is validated on. */
@OptionHeading("Validation")
final class HeldImages {
  @Option(
      names = "--validation",
      paramLabel = "FROM:TO",
      description =
          "Images that are held back: the adapter reconstructs them as it would in service, and its"
              + " manifest states the figures and the range of residuals that the service holds it"
              + " to.")
  private String range;

  @Option(
      names = "--validation-images",
      defaultValue = "64",
      paramLabel = "N",
      description = "Take at most N of them, evenly spaced (default: ${DEFAULT-VALUE}).")
  private int limit;

  /** Whether a validation is asked for. */
  boolean wanted() {
    return range != null;
  }

  /**
   * The images.
   *
   * @param minimumDeviation images whose grey values deviate less are left out
   * @throws UserError if the range is missing or is not one
   */
  PlannedImages chosen(double minimumDeviation) {
    if (range == null || range.isEmpty()) {
      throw new UserError("--validation is missing: FROM:TO, as in 8000:8500");
    }
    if (limit < 2) {
      throw new UserError("--validation-images must be 2 or more, got " + limit);
    }
    try {
      return new PlannedImages(range, minimumDeviation, limit, false);
    } catch (IllegalArgumentException e) {
      throw new UserError("--validation: " + e.getMessage(), e);
    }
  }

  /**
   * Checks that none of the images is learned from.
   *
   * @throws UserError if one is
   */
  void requireApart(PlannedImages training) {
    if (training.range().isEmpty()) {
      throw new UserError(
          "all images are trained on, also those of --validation "
              + range
              + "; say with --range which are");
    }
    int[] held = ends(range);
    int[] learned = ends(training.range());
    if (held[0] < learned[1] && learned[0] < held[1]) {
      throw new UserError(
          "--validation %s and --range %s have images in common; those that are held back must not be trained on"
              .formatted(range, training.range()));
    }
  }

  private static int[] ends(String range) {
    var ends = range.split(":", -1);
    return new int[] {Integer.parseInt(ends[0]), Integer.parseInt(ends[1])};
  }
}
