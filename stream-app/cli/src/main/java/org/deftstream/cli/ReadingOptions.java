package org.deftstream.cli;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.deftstream.deft.UserError;
import org.deftstream.deft.formats.ReadOptions;
import org.deftstream.deft.image.IntensityScale;
import picocli.CommandLine.Option;

/** How files and messages are read. */
@OptionHeading("Reading")
final class ReadingOptions {
  private static final long MIB = 1 << 20;
  private static final int MOST_TERMS = 8;

  @Option(
      names = "--dataset",
      paramLabel = "NAME",
      description = "The array that is meant, in files that hold several (HDF5, MAT, npz).")
  private String dataset;

  @Option(
      names = "--auxiliary",
      paramLabel = "NAME=ARRAY",
      description =
          "An auxiliary input of the task: the name of an array in the file, or a file of its own.")
  private Map<String, String> auxiliary = new LinkedHashMap<>();

  @Option(
      names = "--window",
      paramLabel = "LOW:HIGH",
      description =
          "What -1 and 1 of the prior mean in the file's units, for example -1024:3072 (HU).")
  private String window;

  @Option(
      names = "--percentile",
      paramLabel = "LOW:HIGH",
      description =
          "The same, by percentiles of each record's pseudo-inverse, for example 0:99.5; for files"
              + " of arbitrary units.")
  private String percentile;

  @Option(
      names = "--bin",
      paramLabel = "N,M,...",
      description =
          "Take means over blocks of N x M x ... values, along the first axes of a measurement; for"
              + " example 1,4 joins four pixels of a detector.")
  private String blocks;

  @Option(
      names = "--linearise",
      paramLabel = "C1,C2,...",
      description =
          "Take C1 y + C2 y^2 + ... for each measured value y, as scans of hardened beams need it.")
  private String linearisation;

  @Option(
      names = "--max-mib",
      paramLabel = "N",
      defaultValue = "1024",
      description = "Most memory that reading one file may take (default: ${DEFAULT-VALUE}).")
  private long maxMib;

  @Option(
      names = "--without-patient",
      description = "Leave out what DICOM files say of patients: names, birth dates, numbers.")
  private boolean withoutPatient;

  /**
   * Looks at what does not depend on a file, so that a wrong option is no file's failure.
   *
   * @throws UserError one line that names the option
   */
  void check() {
    window("");
    percentiles();
    linearisation();
    blocks();
    reading();
  }

  /** The same where files are images, and refuses what is for measurements. */
  void checkForImages() {
    check();
    if (!auxiliary.isEmpty() || percentile != null || linearisation != null || withoutPatient) {
      throw new UserError(
          "--auxiliary, --percentile, --linearise, --bin and --without-patient are for measurements;"
              + " simulate reads images and draws the rest");
    }
  }

  boolean withoutPatient() {
    return withoutPatient;
  }

  /** Auxiliary inputs: names in the record, and where they are. */
  Map<String, String> auxiliary() {
    return auxiliary;
  }

  ReadOptions reading() {
    if (maxMib < 1 || maxMib > Integer.MAX_VALUE) {
      throw new UserError("--max-mib must be 1 or more, got " + maxMib);
    }
    var options = ReadOptions.STANDARD.within(maxMib * MIB);
    return dataset == null ? options : options.of(dataset);
  }

  /** What -1 and 1 mean, where it was said. */
  Optional<IntensityScale> window(String units) {
    if (window != null && percentile != null) {
      throw new UserError("--window and --percentile exclude each other");
    }
    return Optional.ofNullable(window)
        .map(text -> pair("--window", text))
        .map(pair -> IntensityScale.window(pair[0], pair[1], units));
  }

  /** Two percentiles, where they were said. */
  Optional<double[]> percentiles() {
    var pair = Optional.ofNullable(percentile).map(text -> pair("--percentile", text));
    pair.ifPresent(
        ends -> {
          if (ends[0] < 0 || ends[1] > 100) {
            throw new UserError("--percentile takes two numbers of 0 to 100, got " + percentile);
          }
        });
    return pair;
  }

  /** The blocks that values are averaged over; none where it was not said. */
  int[] blocks() {
    if (blocks == null) {
      return new int[0];
    }
    try {
      int[] lengths = Arrays.stream(blocks.split(",", -1)).mapToInt(Integer::parseInt).toArray();
      if (Arrays.stream(lengths).allMatch(length -> length > 0)) {
        return lengths;
      }
    } catch (NumberFormatException e) {
      // Told below.
    }
    throw new UserError("--bin takes lengths of blocks, N,M,..., got " + blocks);
  }

  /** The coefficients of a polynomial of each measured value; none where it was not said. */
  double[] linearisation() {
    if (linearisation == null) {
      return new double[0];
    }
    try {
      double[] coefficients =
          Arrays.stream(linearisation.split(",", -1)).mapToDouble(Double::parseDouble).toArray();
      if (coefficients.length <= MOST_TERMS
          && Arrays.stream(coefficients).allMatch(Double::isFinite)) {
        return coefficients;
      }
    } catch (NumberFormatException e) {
      // Told below.
    }
    throw new UserError(
        "--linearise takes 1 to %d numbers, C1,C2,..., got %s"
            .formatted(MOST_TERMS, linearisation));
  }

  private static double[] pair(String option, String text) {
    String[] parts = text.split(":", -1);
    try {
      double[] pair = {Double.parseDouble(parts[0]), Double.parseDouble(parts[1])};
      if (parts.length == 2 && pair[0] < pair[1] && Double.isFinite(pair[1] - pair[0])) {
        return pair;
      }
    } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
      // Told below.
    }
    throw new UserError(option + " takes two numbers, LOW:HIGH, the smaller first, got " + text);
  }
}
