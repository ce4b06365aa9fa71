package org.deftstream.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.deftstream.deft.UserError;
import org.deftstream.deft.evaluation.PlannedMethod;
import org.deftstream.deft.sampler.SamplerSettings;

/**
 * Every combination of some values of a method's parameters and its sampler's fields: what tunes a
 * method on validation images.
 */
final class MethodGrid {
  private static final Set<String> SAMPLER_FIELDS = Set.of("steps", "samples", "noiseLevel");

  private final Map<String, List<Double>> values = new LinkedHashMap<>();

  /** Adds an axis; an empty list adds none. */
  MethodGrid with(String name, List<? extends Number> given) {
    if (!given.isEmpty()) {
      values.put(name, given.stream().map(Number::doubleValue).toList());
    }
    return this;
  }

  /**
   * Adds the axes of {@code --set NAME=V,V,...}.
   *
   * @throws UserError if a value is not a number
   */
  MethodGrid with(Map<String, String> settings) {
    settings.forEach(
        (name, text) -> {
          var list = new ArrayList<Double>();
          for (String value : text.split(",", -1)) {
            try {
              list.add(Double.parseDouble(value.strip()));
            } catch (NumberFormatException e) {
              throw new UserError(
                  "--set " + name + "=" + text + ": '" + value + "' is not a number", e);
            }
          }
          values.put(name, list);
        });
    return this;
  }

  /**
   * The combinations, each with a label that says what differs.
   *
   * @param parameters what is not on an axis
   * @param sampler likewise; empty for a method without one, whose axes are all parameters
   * @throws UserError if a value of the sampler is out of range
   */
  List<PlannedMethod> methods(
      String method,
      String label,
      Map<String, Double> parameters,
      Optional<SamplerSettings> sampler,
      Optional<String> adapter,
      int restarts) {
    var all = new ArrayList<PlannedMethod>();
    for (var point : points()) {
      var own = new TreeMap<>(parameters);
      var fields = new TreeMap<String, Double>();
      var name = new StringBuilder(label);
      point.forEach(
          (key, value) -> {
            boolean ofSampler = sampler.isPresent() && SAMPLER_FIELDS.contains(key);
            (ofSampler ? fields : own).put(key, value);
            if (values.get(key).size() > 1) {
              name.append(' ').append(key).append('=').append(text(value));
            }
          });
      var changed = sampler.map(s -> with(s, fields));
      all.add(new PlannedMethod(name.toString(), method, own, changed, adapter, restarts));
    }
    return all;
  }

  private static SamplerSettings with(SamplerSettings sampler, Map<String, Double> fields) {
    var json = sampler.toJson();
    // Whole numbers stay whole, so that messages quote what was typed.
    fields.forEach(
        (key, value) ->
            json.set(
                key,
                value == Math.rint(value)
                    ? JsonNodeFactory.instance.numberNode(value.longValue())
                    : JsonNodeFactory.instance.numberNode(value)));
    try {
      return SamplerSettings.fromJson(json, "sampler");
    } catch (IllegalArgumentException e) {
      throw new UserError(e.getMessage(), e);
    }
  }

  private List<Map<String, Double>> points() {
    List<Map<String, Double>> points = List.of(Map.of());
    for (var axis : values.entrySet()) {
      var more = new ArrayList<Map<String, Double>>();
      for (var point : points) {
        for (double value : axis.getValue()) {
          var extended = new LinkedHashMap<>(point);
          extended.put(axis.getKey(), value);
          more.add(extended);
        }
      }
      points = more;
    }
    return points;
  }

  private static String text(double value) {
    return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
  }
}
