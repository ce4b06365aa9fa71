package org.deftstream.deft.evaluation;

import java.util.Set;

/**
 * A family of methods that plans name. A new one is a class with this interface and a line in
 * {@link MethodTypes}. Stateless and thread-safe.
 */
interface MethodType {
  /** The names that plans call its methods by. */
  Set<String> names();

  /**
   * Makes a method.
   *
   * @throws IllegalArgumentException or {@link org.deftstream.deft.UserError}: one line that says
   *     which parameter or file is wrong
   */
  Method open(PlannedMethod planned, Bench bench);
}
