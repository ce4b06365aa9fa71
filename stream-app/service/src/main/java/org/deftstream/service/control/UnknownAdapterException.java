package org.deftstream.service.control;

import java.util.Collection;
import java.util.TreeSet;

/** A measurement pins an adapter that is not loaded for its task. */
public class UnknownAdapterException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * Says what was asked for and what there is.
   *
   * @param task the task
   * @param adapterId the pinned adapter
   * @param loaded ids of the adapters that are loaded for the task
   */
  public UnknownAdapterException(String task, String adapterId, Collection<String> loaded) {
    super(
        "adapter '"
            + adapterId
            + "' is not loaded for task '"
            + task
            + "'; "
            + (loaded.isEmpty()
                ? "no adapter is"
                : "loaded adapters: " + String.join(", ", new TreeSet<>(loaded))));
  }
}
