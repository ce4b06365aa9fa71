package org.deftstream.service.control;

import java.util.Collection;
import java.util.TreeSet;

/** A measurement names a task that this instance does not serve. */
public class UnknownTaskException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * Says what was asked for and what there is.
   *
   * @param task the unknown name
   * @param known names of the tasks that are served
   */
  public UnknownTaskException(String task, Collection<String> known) {
    super(
        "task '"
            + task
            + "' is not known; "
            + (known.isEmpty()
                ? "no task is served"
                : "known tasks: " + String.join(", ", new TreeSet<>(known))));
  }
}
