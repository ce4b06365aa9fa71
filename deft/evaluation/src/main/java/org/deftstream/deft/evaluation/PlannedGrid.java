package org.deftstream.deft.evaluation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/**
 * A method of a plan whose settings may name several values, {@code "parameters": {"zeta": [0.3, 1,
 * 3]}}: every combination is a method of its own, with a label that says which. That is how a plan
 * tunes. Stateless and thread-safe.
 */
final class PlannedGrid {
  private static final List<String> SETTINGS = List.of("parameters", "sampler");

  private PlannedGrid() {}

  /**
   * The methods that a plan's entry stands for.
   *
   * @param where what messages call the entry
   * @throws IllegalArgumentException one line that names the field that is wrong or unknown
   */
  static List<PlannedMethod> methods(JsonNode json, String where) {
    var points = List.of(json);
    for (String part : SETTINGS) {
      for (var names = json.path(part).fieldNames(); names.hasNext(); ) {
        String name = names.next();
        if (json.get(part).get(name).isArray()) {
          points = spread(points, part, name, where);
        }
      }
    }
    return points.stream().map(point -> PlannedMethod.fromJson(point, where)).toList();
  }

  private static List<JsonNode> spread(
      List<JsonNode> points, String part, String name, String where) {
    var spread = new ArrayList<JsonNode>();
    for (var point : points) {
      for (var value : Plan.array(point.get(part).get(name), where + ", " + part, name)) {
        ObjectNode one = point.deepCopy();
        one.withObjectProperty(part).set(name, value);
        String label = point.path("label").asText(point.path("method").asText());
        one.put("label", label + " " + name + "=" + value.asText());
        spread.add(one);
      }
    }
    return spread;
  }
}
