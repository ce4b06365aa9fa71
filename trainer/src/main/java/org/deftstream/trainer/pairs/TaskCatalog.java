package org.deftstream.trainer.pairs;

import java.util.Optional;
import java.util.Set;
import org.deftstream.deft.task.Task;

/** The tasks that there are. Thread-safe. */
public interface TaskCatalog {
  /**
   * A task by its name.
   *
   * @throws IllegalArgumentException if it is there but cannot be used, in one line
   * @throws org.deftstream.deft.UserError if that cannot be known now
   */
  Optional<Task> find(String name);

  /**
   * Looks whether tasks were redefined or retired; asked often, it looks only every few seconds.
   *
   * @return the names of tasks that are others now than {@link #find} said before
   * @throws org.deftstream.deft.UserError if that cannot be known now
   */
  default Set<String> renew() {
    return Set.of();
  }

  /**
   * The names of tasks that are defined on the control topic and have never had an adapter, as far
   * as {@link #renew} has read.
   */
  default Set<String> withoutAdapter() {
    return Set.of();
  }

  /** The names of all. */
  Set<String> names();
}
