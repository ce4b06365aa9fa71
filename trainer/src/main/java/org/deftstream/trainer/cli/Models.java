package org.deftstream.trainer.cli;

import java.nio.file.Path;
import org.deftstream.deft.UserError;
import org.deftstream.deft.prior.PriorDirectory;
import org.deftstream.deft.task.Task;
import org.deftstream.trainer.models.ModelFiles;
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
      paramLabel = "NAME",
      description = "The task, for example head-ct-64/ct-sparse-20.")
  private String task;

  PriorDirectory prior(Task ofTask) {
    return new ModelFiles(directory).prior(ofTask.prior());
  }

  Task task() {
    if (task == null) {
      throw new UserError("--task is missing: its name, for example head-ct-64/ct-sparse-20");
    }
    return new ModelFiles(directory).task(task);
  }
}
