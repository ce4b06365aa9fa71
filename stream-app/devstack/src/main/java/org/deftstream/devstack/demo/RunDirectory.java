package org.deftstream.devstack.demo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Optional;
import org.deftstream.cli.ShutdownOwner;
import org.deftstream.deft.UserError;
import org.deftstream.deft.text.FileProblem;

/** The directory of a run's page, and directories in it that go with the run. Stateless. */
final class RunDirectory {
  private RunDirectory() {}

  /**
   * Makes the directory. Told before minutes are spent.
   *
   * @throws UserError if it cannot be made or written to
   */
  static void requireWritable(Path out) {
    try {
      Files.createDirectories(out);
      if (!Files.isWritable(out)) {
        throw new UserError("directory " + out + " is not writable");
      }
    } catch (IOException e) {
      throw new UserError("cannot make directory " + out + ": " + FileProblem.of(e), e);
    }
  }

  /** The directory for the data of broker, registry and service: the given one, or a temporary. */
  static Path data(ShutdownOwner owner, Path out, Optional<Path> directory) {
    return directory.orElseGet(() -> temporary(owner, out, "data"));
  }

  /** A directory that is removed at the end. */
  static Path temporary(ShutdownOwner owner, Path out, String name) {
    try {
      var temporary = Files.createTempDirectory(out, name + "-");
      owner.own(name + " directory", () -> deleteAll(temporary));
      return temporary;
    } catch (IOException e) {
      throw new UserError("cannot make a directory in " + out + ": " + FileProblem.of(e), e);
    }
  }

  private static void deleteAll(Path root) {
    try (var paths = Files.walk(root)) {
      for (var path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
