package org.deftstream.devstack.instruments;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.deftstream.deft.UserError;
import org.deftstream.deft.text.FileProblem;

/**
 * A user's folder with measured data, each data set in a folder of its name. A file counts if its
 * size and checksum are those of the catalogue, plain or out of its archive. Used by one thread;
 * the folder is only read.
 */
public final class DataFolder {
  private final Path root;
  private final Path work;
  private final Set<Path> unpacked = new HashSet<>();

  /** What was found of a data set. */
  public sealed interface Search permits Found, Missing, Refused {}

  /**
   * All of it.
   *
   * @param files by their names without folders
   */
  public record Found(Map<String, Path> files) implements Search {}

  /**
   * Not all files are there.
   *
   * @param line which, and where they were looked for
   */
  public record Missing(String line) implements Search {}

  /**
   * A file is not the one that it should be.
   *
   * @param line which, what is wrong and what would be right
   */
  public record Refused(String line) implements Search {}

  /**
   * A folder.
   *
   * @param work an empty directory for what is taken out of archives; the caller's
   * @throws UserError if it is none
   */
  public DataFolder(Path root, Path work) {
    require(root);
    this.root = root;
    this.work = work;
  }

  /**
   * Checks that there is a folder.
   *
   * @throws UserError if there is none
   */
  public static void require(Path root) {
    if (!Files.isDirectory(root)) {
      throw new UserError(
          "--instruments: " + root + (Files.exists(root) ? " is no directory" : " does not exist"));
    }
  }

  /** Looks for all files of a data set. */
  public Search find(DataSet set) {
    var found = new LinkedHashMap<String, Path>();
    var missing = new ArrayList<DataFile>();
    try {
      for (var file : set.files()) {
        var place = place(set, file);
        if (place.isEmpty()) {
          missing.add(file);
        } else {
          found.put(file.name(), place.get());
          var wrong = wrong(file, place.get(), place.get().startsWith(work));
          if (wrong.isPresent()) {
            return new Refused(set.name() + ": " + shown(file, place.get()) + " " + wrong.get());
          }
        }
      }
    } catch (UserError e) {
      return new Refused(set.name() + ": " + e.getMessage());
    }
    return missing.isEmpty()
        ? new Found(found)
        : new Missing(set.name() + ": " + names(missing) + " in " + root);
  }

  private static String names(List<DataFile> missing) {
    String first = missing.get(0).path();
    return switch (missing.size()) {
      case 1 -> first + " is not";
      default -> first + " and " + (missing.size() - 1) + " more are not";
    };
  }

  /** The file itself, or what its archive holds under its name. */
  private Optional<Path> place(DataSet set, DataFile file) {
    Path plain = root.resolve(file.path());
    if (Files.exists(plain)) {
      return Optional.of(plain);
    }
    if (file.archive() == null || !Files.exists(root.resolve(file.archive()))) {
      return Optional.empty();
    }
    Path archive = root.resolve(file.archive());
    Path into = work.resolve(set.name());
    try {
      if (!unpacked.contains(archive)) {
        if (!Files.isRegularFile(archive)) {
          throw new UserError(archive + " is no file");
        }
        Files.createDirectories(into);
        ArchiveMembers.extract(archive, sizes(set, file.archive()), into);
        unpacked.add(archive);
      }
    } catch (IOException | IllegalArgumentException e) {
      String reason = e instanceof IOException known ? FileProblem.reason(known) : e.getMessage();
      throw new UserError(archive + " is broken or was cut: " + reason, e);
    }
    Path member = into.resolve(file.name());
    return Files.exists(member) ? Optional.of(member) : Optional.empty();
  }

  private static Map<String, Long> sizes(DataSet set, String archive) {
    return set.files().stream()
        .filter(file -> archive.equals(file.archive()))
        .collect(Collectors.toMap(DataFile::name, DataFile::bytes));
  }

  private String shown(DataFile file, Path place) {
    return place.startsWith(work)
        ? root.resolve(file.archive()) + ", " + file.name()
        : place.toString();
  }

  /**
   * What is wrong with a file; the size first, which costs nothing.
   *
   * @param cut whether one byte too many is all that was taken of it
   */
  private static Optional<String> wrong(DataFile file, Path place, boolean cut) {
    try {
      if (!Files.isRegularFile(place)) {
        return Optional.of("is no file");
      }
      long size = Files.size(place);
      if (size != file.bytes()) {
        return Optional.of(
            String.format(
                Locale.ROOT,
                "has %s%,d bytes, not the %,d of the published file: it is another one, or was cut",
                cut && size > file.bytes() ? "at least " : "",
                size,
                file.bytes()));
      }
      String sum = sha256(place);
      return sum.equals(file.sha256())
          ? Optional.empty()
          : Optional.of(
              "has the checksum " + sum + ", not " + file.sha256() + " of the published file");
    } catch (IOException e) {
      return Optional.of("cannot be read: " + FileProblem.reason(e));
    }
  }

  private static String sha256(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      var hash = MessageDigest.getInstance("SHA-256");
      byte[] buffer = new byte[1 << 16];
      for (int read = in.read(buffer); read > 0; read = in.read(buffer)) {
        hash.update(buffer, 0, read);
      }
      return HexFormat.of().formatHex(hash.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
