package org.deftstream.cli;

import java.util.Optional;

/**
 * Another way to use {@code train}, with picocli options of its own that a caller brings: the
 * settings of the service are no business of this module.
 */
public interface TrainMode {
  /**
   * Runs, if its options ask for it.
   *
   * @return the exit code; empty if a training from the command line is meant
   */
  Optional<Integer> run() throws InterruptedException;
}
