package org.deftstream.cli;

import java.nio.file.Path;
import org.deftstream.deft.UserError;
import org.deftstream.deft.evaluation.PlannedImages;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.training.ImageSet;
import picocli.CommandLine.Option;

/** Which images to take. */
@OptionHeading("Images")
final class ImageOptions {
  @Option(
      names = "--images",
      paramLabel = "PATH",
      description = "Folder or zip of PNG, JPEG, TIFF or BMP files, or an idx file.")
  private Path source;

  @Option(
      names = "--range",
      paramLabel = "FROM:TO",
      description = "Take only these, by index in the order of names; TO is excluded.")
  private String range = "";

  @Option(
      names = "--min-deviation",
      defaultValue = "0",
      paramLabel = "D",
      description = "Leave out images whose grey values (0 to 255) deviate less: blank ones.")
  private double minimumDeviation;

  @Option(
      names = "--limit",
      defaultValue = "0",
      paramLabel = "N",
      description = "Take at most N images, evenly spaced; 0 takes all.")
  private int limit;

  ImageSet read(ImageShape shape) {
    return chosen().select(ImageSet.read(required(), shape));
  }

  /**
   * Where the images are.
   *
   * @throws UserError if that was not said
   */
  Path required() {
    if (source == null) {
      throw new UserError("--images is missing: a folder, zip or idx file to take images from");
    }
    return source;
  }

  /** Where the images are, or null where that was not said. */
  Path source() {
    return source;
  }

  /**
   * Which of them to take.
   *
   * @throws UserError if the range is not one
   */
  PlannedImages chosen() {
    return chosen(range);
  }

  /** Images whose grey values deviate less are left out. */
  double minimumDeviation() {
    return minimumDeviation;
  }

  /** The same choice in another range. */
  PlannedImages chosen(String from) {
    try {
      return new PlannedImages(from, minimumDeviation, limit, false);
    } catch (IllegalArgumentException e) {
      throw new UserError(e.getMessage(), e);
    }
  }
}
