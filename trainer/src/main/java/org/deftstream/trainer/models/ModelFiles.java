package org.deftstream.trainer.models;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.deftstream.deft.UserError;
import org.deftstream.deft.prior.PriorDirectory;
import org.deftstream.deft.task.Task;
import org.deftstream.deft.text.FileProblem;

/**
 * Priors, tasks and classifiers in one directory.
 *
 * @param directory with {@code priors}, {@code tasks}, {@code networks} and {@code features}
 */
public record ModelFiles(Path directory) {
  /** A prior by its name. */
  public PriorDirectory prior(String name) {
    return PriorDirectory.open(directory.resolve("priors").resolve(name));
  }

  /**
   * A task by its name.
   *
   * @throws UserError if it is not there or is wrong
   */
  public Task task(String name) {
    Path file = directory.resolve("tasks").resolve(Task.fileName(name) + ".json");
    if (!Files.exists(file)) {
      throw new UserError("no task " + name + ": " + file + " does not exist");
    }
    return read(file);
  }

  /**
   * All tasks, in the order of their files' names.
   *
   * @throws UserError if one is wrong, or the directory cannot be read
   */
  public List<Task> tasks() {
    Path tasks = directory.resolve("tasks");
    try (var files = Files.list(tasks)) {
      return files
          .filter(file -> file.toString().endsWith(".json"))
          .sorted()
          .map(this::read)
          .toList();
    } catch (IOException e) {
      throw new UserError("cannot read the tasks in " + tasks + ": " + FileProblem.reason(e), e);
    }
  }

  private Task read(Path file) {
    try {
      return Task.parse(Files.readString(file), prior -> prior(prior).imageShape());
    } catch (IOException | IllegalArgumentException e) {
      throw new UserError(file + ": " + e.getMessage(), e);
    }
  }

  /** Whether there is a task of that name. */
  public boolean hasTask(String name) {
    return Files.exists(directory.resolve("tasks").resolve(Task.fileName(name) + ".json"));
  }

  /** Reads a task that came from elsewhere, with the priors of this directory. */
  public Task parse(String json) {
    return Task.parse(json, prior -> prior(prior).imageShape());
  }

  /**
   * The network specification for adapters of a size, unless another is chosen: {@code
   * networks/adapter-64.json}, or where there is none for it {@code networks/adapter-any.json}.
   */
  public Path network(int size) {
    var networks = directory.resolve("networks");
    var own = networks.resolve("adapter-" + size + ".json");
    return Files.exists(own) ? own : networks.resolve("adapter-any.json");
  }

  /** The directory of a classifier. */
  public Path features(String name) {
    return directory.resolve("features").resolve(name);
  }
}
