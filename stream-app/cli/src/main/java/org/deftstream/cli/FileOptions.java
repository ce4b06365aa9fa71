package org.deftstream.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.deftstream.deft.UserError;
import org.deftstream.deft.formats.ImageFormat;
import org.deftstream.deft.formats.ImageFormats;
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
   * @throws UserError if none is named, one is not there, or there is nothing in them to read
   */
  Map<String, Path> named(String what, Set<Path> auxiliaryFiles, FileReport report) {
    if (paths.isEmpty()) {
      throw new UserError("no files: name files or directories to " + what);
    }
    var passedOver = new ArrayList<String>();
    var named = InputFiles.named(paths, auxiliaryFiles, passedOver::add);
    if (named.isEmpty()) {
      throw new UserError(nothingIn(paths, passedOver));
    }
    passedOver.forEach(report::passedOver);
    return named;
  }

  private static String nothingIn(List<Path> paths, List<String> passedOver) {
    return "no image in %s: %s: %s"
        .formatted(
            paths.stream().map(Path::toString).collect(Collectors.joining(", ")),
            passedOver.isEmpty()
                ? "there is no file but hidden ones, auxiliary inputs and headers of cfl files;"
                    + " formats that are read"
                : passedOver.get(0) + others(passedOver.size() - 1) + " of no format that is read",
            ImageFormats.all().stream().map(ImageFormat::name).collect(Collectors.joining(", ")));
  }

  private static String others(int count) {
    return switch (count) {
      case 0 -> " is";
      case 1 -> " and another file are";
      default -> " and %,d other files are".formatted(count);
    };
  }
}
