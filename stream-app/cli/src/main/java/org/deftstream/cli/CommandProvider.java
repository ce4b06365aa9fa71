package org.deftstream.cli;

import java.util.List;

/**
 * Commands of modules that stand above this one, found by {@link java.util.ServiceLoader}: what is
 * on the class path is offered, what is not is not missed.
 */
public interface CommandProvider {
  /** Objects annotated as picocli's commands, new ones at each call. */
  List<Object> commands();
}
