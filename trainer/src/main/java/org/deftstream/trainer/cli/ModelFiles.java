package org.deftstream.trainer.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.deftstream.deft.UserError;
import org.deftstream.deft.prior.PriorDirectory;
import org.deftstream.deft.task.Task;

/** Priors, tasks and classifiers in one directory. */
record ModelFiles(Path directory) {
  PriorDirectory prior(String name) {
    return PriorDirectory.open(directory.resolve("priors").resolve(name));
  }

  Task task(String name) {
    Path file = directory.resolve("tasks").resolve(Task.fileName(name) + ".json");
    if (!Files.exists(file)) {
      throw new UserError("no task " + name + ": " + file + " does not exist");
    }
    try {
      return Task.parse(Files.readString(file), prior -> prior(prior).imageShape());
    } catch (IOException | IllegalArgumentException e) {
      throw new UserError(file + ": " + e.getMessage(), e);
    }
  }

  Path features(String name) {
    return directory.resolve("features").resolve(name);
  }
}
