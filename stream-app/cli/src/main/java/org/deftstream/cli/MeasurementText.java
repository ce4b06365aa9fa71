package org.deftstream.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.deftstream.schemas.InvalidTensorException;
import org.deftstream.schemas.Tensors;
import org.deftstream.schemas.avro.Measurement;
import org.deftstream.schemas.avro.Tensor;

/** What a measurement holds, in words: of its numbers how many, of which shape, and their range. */
final class MeasurementText {
  private static final int MOST_ENTRIES = 20;

  private MeasurementText() {}

  /** Facts by name, in the order of the record. */
  static Map<String, String> facts(Measurement measurement) {
    var facts = new LinkedHashMap<String, String>();
    facts.put("id", measurement.getId());
    facts.put("task", measurement.getTask());
    facts.put("values", tensor("values", measurement.getValues()));
    entries(measurement.getAuxiliary())
        .forEach((name, each) -> facts.put("auxiliary." + name, tensor(name, each)));
    if (measurement.getCapturedAt() != null) {
      facts.put("captured", measurement.getCapturedAt().toString());
    }
    entries(measurement.getAttributes())
        .forEach((name, text) -> facts.put("attribute." + name, text));
    var scale = measurement.getScale();
    if (scale != null) {
      facts.put(
          "scale",
          "physical = %s * value + %s %s"
              .formatted(scale.getSlope(), scale.getIntercept(), scale.getUnits()));
    }
    var geometry = measurement.getGeometry();
    if (geometry != null) {
      facts.put("geometry", "spacing " + geometry.getSpacing() + " mm");
      entries(geometry.getIdentifiers())
          .forEach((name, text) -> facts.put("identifier." + name, text));
    }
    return facts;
  }

  /** The same for programs. */
  static ObjectNode json(Measurement measurement) {
    var node = JsonNodeFactory.instance.objectNode();
    facts(measurement).forEach(node::put);
    return node;
  }

  private static <T> Map<String, T> entries(Map<String, T> all) {
    var first = new LinkedHashMap<String, T>();
    all.forEach(
        (name, value) -> {
          if (first.size() < MOST_ENTRIES) {
            first.put(name, value);
          }
        });
    return first;
  }

  /** A letter may hold what no service would take: then it says what is wrong. */
  private static String tensor(String name, Tensor tensor) {
    try {
      int[] shape = Tensors.wholeShape(name, tensor);
      float[] numbers = Tensors.toNumbers(name, tensor, shape);
      double sum = 0;
      double least = Double.POSITIVE_INFINITY;
      double most = Double.NEGATIVE_INFINITY;
      int finite = 0;
      for (float each : numbers) {
        if (Float.isFinite(each)) {
          finite++;
          sum += each;
          least = Math.min(least, each);
          most = Math.max(most, each);
        }
      }
      String range =
          finite == 0
              ? "none of them finite"
              : String.format(
                  Locale.ROOT, "from %.6g to %.6g, mean %.6g", least, most, sum / finite);
      int rest = numbers.length - finite;
      return "%s %s, %s%s"
          .formatted(
              tensor.getDtype(),
              tensor.getShape(),
              range,
              rest == 0 || finite == 0 ? "" : ", " + rest + " NOT finite");
    } catch (InvalidTensorException e) {
      return "not valid: " + e.getMessage();
    }
  }
}
