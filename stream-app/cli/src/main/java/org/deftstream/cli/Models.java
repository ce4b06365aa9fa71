package org.deftstream.cli;

import org.deftstream.deft.UserError;
import org.deftstream.deft.prior.PriorDirectory;
import org.deftstream.deft.task.Task;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Where priors and tasks are, and which task is meant. */
@OptionHeading("Task and models")
final class Models {
  @Mixin private ModelsOption models;

  @Option(
      names = "--task",
      paramLabel = "NAME",
      description = "The task, for example head-ct-64/ct-sparse-20.")
  private String task;

  PriorDirectory prior(Task ofTask) {
    return models.files().prior(ofTask.prior());
  }

  Task task() {
    requireTask();
    return models.files().task(task);
  }

  /**
   * Checks that a task is named; whether there is one of that name is not looked at.
   *
   * @throws UserError if none is
   */
  void requireTask() {
    if (task == null) {
      throw new UserError("--task is missing: its name, for example head-ct-64/ct-sparse-20");
    }
  }
}
