package org.deftstream.deft.evaluation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import org.deftstream.deft.text.JsonFields;
import org.deftstream.deft.text.Nearest;

/**
 * The comparison of methods on one task. Immutable.
 *
 * @param task the task's name
 * @param mismatch what the instrument does otherwise than the task believes; empty for nothing
 * @param source name of the images, a key of {@link Plan#sources}
 * @param images the test images
 * @param calibration the validation images on which the uncertainty is calibrated; empty for none
 * @param seeds each image is measured once with every seed
 * @param features name of the classifier for distances of distributions; empty for none
 * @param reference label of the method that differences are taken to; empty for none
 * @param methods at least one, labels unique
 */
public record PlannedTask(
    String task,
    Optional<Mismatch> mismatch,
    String source,
    PlannedImages images,
    Optional<PlannedImages> calibration,
    List<Long> seeds,
    Optional<String> features,
    Optional<String> reference,
    List<PlannedMethod> methods) {

  public PlannedTask {
    seeds = List.copyOf(seeds);
    methods = List.copyOf(methods);
    var labels = new LinkedHashSet<String>();
    for (var method : methods) {
      if (!labels.add(method.label())) {
        throw new IllegalArgumentException(
            "two methods are called '" + method.label() + "'; give each its own label");
      }
    }
    if (reference.isPresent() && !labels.contains(reference.get())) {
      throw new IllegalArgumentException(
          "reference '"
              + reference.get()
              + "' is no method's label"
              + Nearest.hint(reference.get(), labels));
    }
  }

  static PlannedTask fromJson(JsonNode json, String where) {
    var fields = JsonFields.of(json, where);
    String task = fields.text("task");
    var images = fields.object("images");
    String source = images.text("source");
    var methods = new ArrayList<PlannedMethod>();
    int number = 0;
    for (var node : Plan.array(fields, "methods")) {
      number++;
      methods.addAll(PlannedGrid.methods(node, "task '" + task + "', method " + number));
    }
    var seeds = new ArrayList<Long>();
    if (fields.has("seeds")) {
      for (var node : Plan.array(fields, "seeds")) {
        if (!node.isIntegralNumber()) {
          throw new IllegalArgumentException(where + ": seeds must be whole numbers, got " + node);
        }
        seeds.add(node.longValue());
      }
    } else {
      seeds.add(1L);
    }
    var selected = PlannedImages.fromJson(images);
    var calibration = fields.optionalObject("calibration").map(PlannedImages::fromJson);
    var mismatch = fields.optionalObject("mismatch").map(Mismatch::fromJson);
    var features = optional(fields, "features");
    var reference = optional(fields, "reference");
    fields.refuseUnknown();
    try {
      return new PlannedTask(
          task, mismatch, source, selected, calibration, seeds, features, reference, methods);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("task '" + task + "': " + e.getMessage(), e);
    }
  }

  /** The task's name, and what is otherwise than it believes. */
  String title() {
    return mismatch.map(m -> task + ", " + m.label()).orElse(task);
  }

  private static Optional<String> optional(JsonFields fields, String name) {
    return fields.has(name) ? Optional.of(fields.text(name)) : Optional.empty();
  }

  ObjectNode toJson() {
    var json = JsonNodeFactory.instance.objectNode().put("task", task);
    mismatch.ifPresent(m -> json.set("mismatch", m.toJson()));
    var written = json.putObject("images").put("source", source);
    written.setAll(images.toJson());
    calibration.ifPresent(c -> json.set("calibration", c.toJson()));
    var list = json.putArray("seeds");
    seeds.forEach(list::add);
    features.ifPresent(name -> json.put("features", name));
    reference.ifPresent(name -> json.put("reference", name));
    var all = json.putArray("methods");
    methods.forEach(method -> all.add(method.toJson()));
    return json;
  }
}
