package org.deftstream.deft.checkpoint;

import java.util.LinkedHashMap;
import java.util.Map;
import org.deftstream.deft.tensor.TensorSource;

/**
 * The weights of one network.
 *
 * @param tensors by name
 * @param className of the network object that they were in; empty where they were in a dictionary
 * @param numbers the object's attributes that are finite numbers
 */
public record NetworkWeights(
    Map<String, TensorSource> tensors, String className, Map<String, Double> numbers) {
  static NetworkWeights of(Map<String, TensorSource> tensors, PickledObject object) {
    var numbers = new LinkedHashMap<String, Double>();
    if (object != null) {
      object
          .state()
          .forEach(
              (name, value) -> {
                if (value instanceof Number number && Double.isFinite(number.doubleValue())) {
                  numbers.put(String.valueOf(name), number.doubleValue());
                }
              });
    }
    return new NetworkWeights(tensors, object == null ? "" : object.className(), numbers);
  }

  /** A number of the object, or what it is where nothing is said. */
  public double number(String name, double absent) {
    return numbers.getOrDefault(name, absent);
  }
}
