package org.deftstream.trainer.serve;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.deftstream.deft.UserError;
import org.deftstream.deft.task.Task;
import org.deftstream.trainer.models.ModelFiles;
import org.deftstream.trainer.pairs.TaskBook;
import org.deftstream.trainer.publish.ControlTopic;
import org.deftstream.trainer.publish.PublisherSettings;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The tasks of the models directory, and those that control records define; a definition wins. The
 * control topic is read again when a task is not known, at most every few seconds. Thread-safe.
 */
final class InstalledTasks implements TaskBook {
  private static final Logger LOG = LoggerFactory.getLogger(InstalledTasks.class);
  private static final long AGAIN = Duration.ofSeconds(5).toNanos();

  private final ModelFiles files;
  private final PublisherSettings access;
  private final Map<String, Task> known = new HashMap<>();
  private long read;
  private boolean everRead;

  InstalledTasks(ModelFiles files, PublisherSettings access) {
    this.files = files;
    this.access = access;
  }

  @Override
  public synchronized Optional<Task> find(String name) {
    if (!known.containsKey(name) && (!everRead || System.nanoTime() - read > AGAIN)) {
      readDefinitions();
    }
    if (!known.containsKey(name) && isName(name) && files.hasTask(name)) {
      known.put(name, files.task(name));
    }
    return Optional.ofNullable(known.get(name));
  }

  /** A name becomes a file's, and comes from a record. */
  private static boolean isName(String name) {
    return name.matches("[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*");
  }

  private void readDefinitions() {
    ControlTopic.read(access)
        .forEach(
            (name, state) -> {
              if (state.getDefinition() != null) {
                define(name, state.getDefinition());
              }
            });
    read = System.nanoTime();
    everRead = true;
  }

  private void define(String name, String json) {
    try {
      var task = files.parse(json);
      if (task.name().equals(name)) {
        known.put(name, task);
      } else {
        LOG.warn("the definition of task {} is that of task {}; passed over", name, task.name());
      }
    } catch (IllegalArgumentException | UserError e) {
      LOG.warn("the definition of task {} is passed over: {}", name, e.getMessage());
    }
  }

  @Override
  public synchronized Set<String> names() {
    return new TreeSet<>(known.keySet());
  }
}
