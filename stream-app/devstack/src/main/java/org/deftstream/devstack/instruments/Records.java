package org.deftstream.devstack.instruments;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.deftstream.cli.Source;
import org.deftstream.cli.TaskSample;
import org.deftstream.deft.formats.Geometry;
import org.deftstream.deft.formats.NumericArray;
import org.deftstream.deft.image.IntensityScale;
import org.deftstream.deft.operator.ForwardOperator;
import org.deftstream.deft.task.Task;

/** Makes records, and the operators that belong to them. Stateless. */
final class Records {
  private Records() {}

  /** The auxiliary inputs as operators take them. */
  static Map<String, float[]> inputs(Map<String, NumericArray> auxiliary) {
    var inputs = new HashMap<String, float[]>();
    auxiliary.forEach((name, array) -> inputs.put(name, array.values()));
    return inputs;
  }

  /** A task's operator for a record of some shape. */
  static ForwardOperator bound(
      ForwardOperator operator, NumericArray values, Map<String, NumericArray> auxiliary) {
    return operator.sizedFor(values.realShape()).bind(inputs(auxiliary));
  }

  /**
   * A record whose answer becomes an npy file, in the operator's units where it has any.
   *
   * @param file name of the answer's file
   * @throws IllegalArgumentException one line, if it does not fit the task
   */
  static TaskSample of(
      Task task, String file, NumericArray values, Map<String, NumericArray> auxiliary) {
    return of(
        task,
        new Source(file, "npy", 0, 1),
        values,
        auxiliary,
        bound(task.operator(), values, auxiliary).intensities(),
        Geometry.UNKNOWN);
  }

  /** A record of an image with a scale and a place. */
  static TaskSample of(
      Task task,
      Source source,
      NumericArray values,
      Map<String, NumericArray> auxiliary,
      Optional<IntensityScale> scale,
      Geometry geometry) {
    var identifiers = new TreeMap<>(geometry.identifiers());
    identifiers.putAll(source.identifiers());
    var sample =
        new TaskSample(
            task.name(),
            source,
            values.values(),
            values.realShape(),
            task.operator().imageShape(),
            auxiliary,
            scale,
            new Geometry(
                geometry.spacing(), geometry.position(), geometry.orientation(), identifiers));
    sample.bind(task.operator().sizedFor(values.realShape()));
    return sample;
  }
}
