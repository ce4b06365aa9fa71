package org.deftstream.trainer.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.deftstream.deft.UserError;
import org.deftstream.deft.prior.PriorDirectory;
import org.deftstream.deft.task.Task;
import picocli.CommandLine.Option;

/** Where priors and tasks are, and which task is meant. */
final class Models {
  @Option(
      names = "--models",
      defaultValue = "${sys:deftstream.models:-deft/models}",
      paramLabel = "DIR",
      description = "Directory with priors and tasks (default: ${DEFAULT-VALUE}).")
  private Path directory;

  @Option(
      names = "--task",
      required = true,
      paramLabel = "NAME",
      description = "The task, for example head-ct-64/ct-sparse-20.")
  private String task;

  PriorDirectory prior(Task ofTask) {
    return PriorDirectory.open(directory.resolve("priors").resolve(ofTask.prior()));
  }

  Task task() {
    Path file = directory.resolve("tasks").resolve(Task.fileName(task) + ".json");
    if (!Files.exists(file)) {
      throw new UserError("no task " + task + ": " + file + " does not exist");
    }
    try {
      return Task.parse(
          Files.readString(file),
          prior -> PriorDirectory.open(directory.resolve("priors").resolve(prior)).imageShape());
    } catch (IOException | IllegalArgumentException e) {
      throw new UserError(file + ": " + e.getMessage(), e);
    }
  }
}
