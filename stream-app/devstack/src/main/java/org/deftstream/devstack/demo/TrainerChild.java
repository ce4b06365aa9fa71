package org.deftstream.devstack.demo;

import org.deftstream.devstack.stack.RegistryChild;

/**
 * The entry point of the trainer's process: the program itself, which ends when its parent does.
 * Not for direct use.
 */
public final class TrainerChild {
  /** Named as a text: the command line knows the demo, and not the other way round. */
  private static final String PROGRAM = "org.deftstream.cli.Deftstream";

  private TrainerChild() {}

  /**
   * Runs the program.
   *
   * @param args handed through
   * @throws Exception what the program throws
   */
  public static void main(String[] args) throws Exception {
    RegistryChild.watchParent();
    Class.forName(PROGRAM).getMethod("main", String[].class).invoke(null, (Object) args);
  }
}
