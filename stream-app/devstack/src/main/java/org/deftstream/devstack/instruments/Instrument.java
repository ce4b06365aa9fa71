package org.deftstream.devstack.instruments;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.deftstream.deft.task.Task;

/** An instrument: from the files of its data set to records of tasks. Stateless. */
public interface Instrument {
  /** Name of its data set in the {@link Catalogue}. */
  String name();

  /** Names of the tasks of its scans. */
  List<String> tasks();

  /**
   * Tasks beside those, made of them: for single samples, where a figure's spread needs those.
   *
   * @param tasks those of {@link #tasks} that are installed, by name
   */
  default List<Task> further(Map<String, Task> tasks) {
    return List.of();
  }

  /**
   * Reads and calibrates.
   *
   * @param files all of its data set, by name
   * @param tasks those of {@link #tasks} that are installed, by name; scans of others are left out
   * @throws org.deftstream.deft.UserError one line, if a file cannot be read
   * @throws IllegalArgumentException one line, if it does not fit its task
   */
  List<Scan> scans(Map<String, Path> files, Map<String, Task> tasks);
}
