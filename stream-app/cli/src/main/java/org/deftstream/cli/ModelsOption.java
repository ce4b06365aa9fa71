package org.deftstream.cli;

import java.nio.file.Path;
import org.deftstream.trainer.models.ModelFiles;
import picocli.CommandLine.Option;

/** Where priors and tasks are. */
@OptionHeading("Task and models")
final class ModelsOption {
  @Option(
      names = "--models",
      defaultValue = "${sys:deftstream.models:-deft/models}",
      paramLabel = "DIR",
      description = "Directory with priors and tasks (default: ${DEFAULT-VALUE}).")
  private Path directory;

  ModelFiles files() {
    return new ModelFiles(directory);
  }
}
