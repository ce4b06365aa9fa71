package org.deftstream.cli;

import java.nio.file.Path;
import org.deftstream.deft.safetensors.NewDirectory;
import picocli.CommandLine.Option;

/** The directory that a command makes. */
final class NewDirectoryOption {
  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "Directory to write; must not exist, or be empty.")
  private Path directory;

  /**
   * Its place, before any work is done.
   *
   * @throws org.deftstream.deft.UserError if it holds something
   */
  Path free() {
    NewDirectory.requireFree(directory);
    return directory;
  }
}
