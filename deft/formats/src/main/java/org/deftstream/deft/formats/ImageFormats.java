package org.deftstream.deft.formats;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.deftstream.deft.UserError;
import org.deftstream.deft.text.FileProblem;

/** The formats that are there. Stateless and thread-safe. */
public final class ImageFormats {
  private static final int HEAD = 600;
  private static final List<ImageFormat> ALL =
      ServiceLoader.load(ImageFormat.class).stream()
          .map(ServiceLoader.Provider::get)
          .sorted(Comparator.comparing(ImageFormat::name))
          .toList();

  private ImageFormats() {}

  /** All, by name. */
  public static List<ImageFormat> all() {
    return ALL;
  }

  /**
   * The format of a name.
   *
   * @throws UserError if there is none that is written
   */
  public static ImageFormat written(String name) {
    return ALL.stream()
        .filter(format -> format.writes() && format.name().equals(name.toLowerCase(Locale.ROOT)))
        .findFirst()
        .orElseThrow(
            () ->
                new UserError(
                    "no format '"
                        + name
                        + "' is written; there are "
                        + names(ALL.stream().filter(ImageFormat::writes).toList())));
  }

  /** The format that a file's name suggests. */
  public static Optional<ImageFormat> byName(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return ALL.stream()
        .filter(format -> format.endings().stream().anyMatch(lower::endsWith))
        .max(Comparator.comparing(format -> longestEnding(format, lower)));
  }

  private static int longestEnding(ImageFormat format, String lower) {
    return format.endings().stream()
        .filter(lower::endsWith)
        .mapToInt(String::length)
        .max()
        .orElse(0);
  }

  /** A file's name without the ending of its format: {@code scan.nii.gz} is {@code scan}. */
  public static String stem(String name) {
    int ending =
        byName(name).map(format -> longestEnding(format, name.toLowerCase(Locale.ROOT))).orElse(0);
    return name.substring(0, name.length() - ending);
  }

  /**
   * Reads a file of any format, which its first bytes tell.
   *
   * @throws UserError one line that names the file, what is wrong with it and what would be right;
   *     nothing else is thrown because of what a file holds
   */
  public static FileContent read(Path path, ReadOptions options) {
    var file = new InputFile(path, options.maxBytes());
    var content =
        guarded(
            path,
            () -> {
              if (Files.isDirectory(path)) {
                throw file.problem("is a directory");
              }
              return formatOf(file).read(file, options);
            });
    var samples = content.samples();
    if (samples.isEmpty()) {
      throw file.problem("holds no image");
    }
    return FileContent.of(
        samples.size(), i -> guarded(path, () -> samples.get(i)), content.notes());
  }

  private static <T> T guarded(Path path, Callable<T> reading) {
    try {
      return reading.call();
    } catch (UserError e) {
      throw e;
    } catch (IOException e) {
      throw new UserError("cannot read " + path + ": " + FileProblem.reason(e), e);
    } catch (Exception | StackOverflowError e) {
      // Readers of libraries answer broken files with exceptions of all kinds.
      throw new UserError(path + ": is broken or was cut: " + reason(e), e);
    }
  }

  private static String reason(Throwable e) {
    String message = e.getMessage();
    return message == null || message.isBlank() ? e.getClass().getSimpleName() : message;
  }

  /**
   * The name of a file's format, by what is in it.
   *
   * @throws UserError if it is of none
   */
  public static String formatName(Path path) {
    return guarded(path, () -> formatOf(new InputFile(path, 0)).name());
  }

  /**
   * Whether a file claims to be of a format that is read, by its name or by what is in it. One that
   * cannot be looked into does, so that reading it says why.
   */
  public static boolean claimed(Path path) {
    if (byName(path.getFileName().toString()).isPresent()) {
      return true;
    }
    try {
      var file = new InputFile(path, 0);
      byte[] head = file.head(HEAD);
      return ALL.stream().anyMatch(format -> format.recognises(head, file.lowerName()));
    } catch (IOException e) {
      return true;
    }
  }

  /** The format of a file. */
  static ImageFormat formatOf(InputFile file) throws IOException {
    byte[] head = file.head(HEAD);
    if (head.length == 0) {
      throw file.problem("is empty");
    }
    return ALL.stream()
        .filter(format -> format.recognises(head, file.lowerName()))
        .findFirst()
        .orElseThrow(() -> file.problem("is of no format that is read: " + names(ALL)));
  }

  private static String names(List<ImageFormat> formats) {
    return formats.stream().map(ImageFormat::name).collect(Collectors.joining(", "));
  }
}
