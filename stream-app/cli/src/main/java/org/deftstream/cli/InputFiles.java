package org.deftstream.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.deftstream.deft.UserError;
import org.deftstream.deft.formats.ImageFormats;
import org.deftstream.deft.text.FileProblem;

/** Files by the names under which their answers come back. Stateless. */
final class InputFiles {
  private InputFiles() {}

  /**
   * All files that are named, and those in directories that are, in the order of names: {@code
   * scans/a.dcm} of the directory {@code scans} is {@code a.dcm}. Hidden files, the headers of cfl
   * files and files that are auxiliary inputs are left out; so is what a directory holds beside
   * images, a README for example, and is told.
   *
   * @param passedOver is told the name of each file of a directory that is of no format
   * @throws UserError if one is not there, or two would have the same name
   */
  static Map<String, Path> named(
      List<Path> paths, Set<Path> auxiliary, Consumer<String> passedOver) {
    var files = new LinkedHashMap<String, Path>();
    for (Path path : paths) {
      if (Files.isDirectory(path)) {
        for (Path file : inside(path)) {
          String name = path.relativize(file).toString().replace('\\', '/');
          if (ImageFormats.claimed(file)) {
            put(files, name, file, auxiliary);
          } else if (!header(name, file)
              && !auxiliary.contains(file.toAbsolutePath().normalize())) {
            passedOver.accept(name);
          }
        }
      } else if (Files.exists(path)) {
        put(files, path.getFileName().toString(), path, auxiliary);
      } else {
        throw new UserError("no such file: " + path);
      }
    }
    return files;
  }

  private static void put(Map<String, Path> files, String name, Path file, Set<Path> auxiliary) {
    if (header(name, file) || auxiliary.contains(file.toAbsolutePath().normalize())) {
      return;
    }
    Path before = files.put(name, file);
    if (before != null && !before.equals(file)) {
      throw new UserError(
          before + " and " + file + " would both come back as " + name + "; name their directory");
    }
  }

  private static boolean header(String name, Path file) {
    return name.endsWith(".hdr")
        && Files.exists(
            file.resolveSibling(file.getFileName().toString().replaceAll("hdr$", "cfl")));
  }

  private static List<Path> inside(Path directory) {
    try (var all = Files.walk(directory)) {
      var files = new ArrayList<>(all.filter(Files::isRegularFile).sorted().toList());
      files.removeIf(file -> hidden(directory.relativize(file)));
      return files;
    } catch (IOException e) {
      throw new UserError("cannot read " + directory + ": " + FileProblem.reason(e), e);
    }
  }

  private static boolean hidden(Path relative) {
    for (Path part : relative) {
      if (part.toString().startsWith(".")) {
        return true;
      }
    }
    return false;
  }
}
