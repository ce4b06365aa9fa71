package org.deftstream.cli;

import java.nio.file.Path;
import org.deftstream.deft.UserError;
import picocli.CommandLine.Option;

/** Where answers are written, and how. */
@OptionHeading("Answers")
final class AnswerOptions {
  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "Directory for the answers; a run that was cut goes on from what is there.")
  private Path out;

  @Option(
      names = "--format",
      paramLabel = "NAME",
      description =
          "Write png, tiff, npy, nifti, dicom, hdf5 or cfl; else what came in where that is"
              + " written, and npy where it is not.")
  private String format;

  @Option(
      names = "--max-answer-mib",
      paramLabel = "N",
      defaultValue = "2048",
      description =
          "Most memory for slices that wait for their volume (default: ${DEFAULT-VALUE}).")
  private long maxMib;

  @Option(names = "--json", description = "One JSON document on standard output.")
  private boolean json;

  /** Opens the directory. */
  ResultFiles open(String task) {
    if (maxMib < 1 || maxMib > Integer.MAX_VALUE) {
      throw new UserError("--max-answer-mib must be 1 or more, got " + maxMib);
    }
    return new ResultFiles(out, format, task, maxMib << 20);
  }

  boolean json() {
    return json;
  }
}
