package org.deftstream.trainer.pairs;

import java.util.Optional;
import java.util.Set;
import org.deftstream.deft.task.Task;

/** The tasks that there are. Thread-safe. */
public interface TaskBook {
  /** A task by its name. */
  Optional<Task> find(String name);

  /** The names of all. */
  Set<String> names();
}
