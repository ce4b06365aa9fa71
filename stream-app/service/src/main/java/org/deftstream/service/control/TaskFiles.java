package org.deftstream.service.control;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.deftstream.deft.UserError;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.task.Task;
import org.deftstream.deft.text.Nearest;

/** Reads the tasks that an installation ships: {@code tasks/*.json} in its models directory. */
public final class TaskFiles {
  private TaskFiles() {}

  /**
   * Reads all tasks, in the order of their files' names.
   *
   * @param models the models directory; without a folder {@code tasks} there are none
   * @throws UserError one line that names the file and what is wrong with it
   */
  public static List<Task> read(Path models, PriorCatalog priors) {
    Path directory = models.resolve("tasks");
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    var tasks = new ArrayList<Task>();
    Map<String, Path> files = new HashMap<>();
    try (var listing = Files.newDirectoryStream(directory, "*.json")) {
      var sorted = new ArrayList<Path>();
      listing.forEach(sorted::add);
      sorted.sort(null);
      for (Path file : sorted) {
        var task = readTask(file, priors);
        Path other = files.put(task.name(), file);
        if (other != null) {
          throw new UserError(
              "task '" + task.name() + "' is defined twice: in " + other + " and " + file);
        }
        tasks.add(task);
      }
    } catch (IOException e) {
      throw new UserError("cannot read the tasks in " + directory + ": " + e, e);
    }
    return tasks;
  }

  private static Task readTask(Path file, PriorCatalog priors) throws IOException {
    try {
      return Task.parse(Files.readString(file), name -> shape(name, priors));
    } catch (IllegalArgumentException e) {
      throw new UserError(file + ": " + e.getMessage(), e);
    }
  }

  private static ImageShape shape(String prior, PriorCatalog priors) {
    return priors
        .find(prior)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "prior '" + prior + "' is not there" + Nearest.hint(prior, priors.names())))
        .imageShape();
  }
}
