package org.deftstream.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.deftstream.deft.UserError;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Which files are read, and how. */
final class FileOptions {
  /** Most pixels of an image where no setting says it. */
  static final long MOST_PIXELS = 1 << 24;

  @Parameters(paramLabel = "FILE", description = "Files, or directories with all images in them.")
  private List<Path> paths = new ArrayList<>();

  @Mixin private ReadingOptions reading;

  List<Path> paths() {
    return paths;
  }

  /** How they are read. */
  ReadingOptions reading() {
    return reading;
  }

  /**
   * The files, by the names under which their answers come back.
   *
   * @param what is done with them, for the message
   * @param report is told what was passed over
   * @throws UserError if none is named
   */
  Map<String, Path> named(String what, Set<Path> auxiliaryFiles, FileReport report) {
    var passedOver = new ArrayList<String>();
    var named = InputFiles.named(paths, auxiliaryFiles, passedOver::add);
    report.note(passedOver);
    if (named.isEmpty()) {
      throw new UserError(
          passedOver.isEmpty()
              ? "no files: name files or directories to " + what
              : "no file of a format that is read in "
                  + paths
                  + "; the first one there: "
                  + passedOver.get(0));
    }
    return named;
  }
}
