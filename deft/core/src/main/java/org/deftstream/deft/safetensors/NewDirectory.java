package org.deftstream.deft.safetensors;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.function.Consumer;
import org.deftstream.deft.UserError;
import org.deftstream.deft.text.FileProblem;

/**
 * A directory that appears whole or not at all: until its content is complete it lies in a hidden
 * neighbour, which is deleted if anything fails.
 */
public final class NewDirectory {
  private NewDirectory() {}

  /**
   * Refuses a place that holds something, before any work is done.
   *
   * @throws UserError if it does
   */
  public static void requireFree(Path out) {
    try {
      if (Files.isDirectory(out)) {
        try (var files = Files.list(out)) {
          if (files.findAny().isEmpty()) {
            return;
          }
        }
      }
      if (Files.exists(out)) {
        throw new UserError(
            out + " is there already; --out needs a directory that is not, or is empty");
      }
    } catch (IOException e) {
      throw new UserError("cannot read " + out + ": " + FileProblem.reason(e), e);
    }
  }

  /**
   * Writes a directory.
   *
   * @param out its place, which {@link #requireFree} does not refuse
   * @param content is given the hidden neighbour; what it throws keeps the directory from its place
   * @throws UserError if it cannot be written
   */
  public static void write(Path out, Consumer<Path> content) {
    requireFree(out);
    Path place = out.toAbsolutePath().normalize();
    Path hidden = place.resolveSibling("." + place.getFileName() + ".part");
    try {
      delete(hidden);
      Files.createDirectories(hidden);
      content.accept(hidden);
      ForcedFiles.force(hidden);
      Files.deleteIfExists(place);
      Files.move(hidden, place, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UserError("cannot write " + out + ": " + FileProblem.reason(e), e);
    } finally {
      deleteQuietly(hidden);
    }
  }

  private static void delete(Path folder) throws IOException {
    if (Files.exists(folder)) {
      try (var files = Files.walk(folder)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }

  private static void deleteQuietly(Path folder) {
    try {
      delete(folder);
    } catch (IOException e) {
      // Hidden, and deleted first by the next who writes to the same place.
    }
  }
}
