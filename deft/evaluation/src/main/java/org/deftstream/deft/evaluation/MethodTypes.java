package org.deftstream.deft.evaluation;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.deftstream.deft.UserError;

/** All families of methods. Stateless and thread-safe. */
public final class MethodTypes {
  private static final List<MethodType> ALL =
      List.of(
          new DirectType(),
          new DenoiserType(),
          new PenalisedType(),
          new TrainingFreeType(),
          new RedDiffType(),
          new DapsType(),
          new RegressionType(),
          new AdapterType());

  private MethodTypes() {}

  /** Every method's name. */
  public static Set<String> names() {
    var names = new TreeSet<String>();
    ALL.forEach(type -> names.addAll(type.names()));
    return names;
  }

  /**
   * Makes a method of a plan.
   *
   * @throws UserError one line that names the task, the method and what is wrong
   */
  static Method open(PlannedMethod planned, Bench bench) {
    String where = "task '" + bench.task().name() + "', method '" + planned.label() + "': ";
    try {
      return ALL.stream()
          .filter(type -> type.names().contains(planned.method()))
          .findFirst()
          .orElseThrow(() -> new UserError("unknown method '" + planned.method() + "'"))
          .open(planned, bench);
    } catch (IllegalArgumentException | UnsupportedOperationException | UserError e) {
      throw new UserError(where + e.getMessage(), e);
    }
  }
}
