package org.deftstream.deft.evaluation;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.Optional;
import org.deftstream.deft.operator.ForwardOperator;
import org.deftstream.deft.operator.Operators;
import org.deftstream.deft.text.JsonFields;

/**
 * What the instrument that measures does otherwise than the task believes, or what lies in it that
 * nobody expects: another noise, other angles, a piece of metal. The methods know nothing of it.
 * Immutable by agreement.
 *
 * @param label what is wrong, for the report: {@code twice the noise}
 * @param operator fields of the operator's specification, which take the place of the task's
 * @param jitterDegrees standard deviation of the error of each view's angle, 0 for none
 * @param insertion what is put into every image; empty for nothing
 */
record Mismatch(
    String label, ObjectNode operator, double jitterDegrees, Optional<Insertion> insertion) {
  private static final double LARGEST_JITTER = 180;

  /**
   * Reads {@code {"label": "twice the noise", "operator": {...}, "jitterDegrees": 1, "insert":
   * {...}}}. With a label alone it is the images that are special.
   *
   * @throws IllegalArgumentException one line that names the field that is wrong or unknown
   */
  static Mismatch fromJson(JsonFields fields) {
    String label = fields.text("label");
    var changed =
        fields
            .optionalObject("operator")
            .map(JsonFields::json)
            .orElseGet(JsonNodeFactory.instance::objectNode);
    double jitter =
        fields.has("jitterDegrees") ? fields.within("jitterDegrees", 0, LARGEST_JITTER) : 0;
    var insertion = fields.optionalObject("insert").map(Insertion::fromJson);
    fields.refuseUnknown();
    return new Mismatch(label, (ObjectNode) changed, jitter, insertion);
  }

  ObjectNode toJson() {
    var json = JsonNodeFactory.instance.objectNode().put("label", label);
    if (!operator.isEmpty()) {
      json.set("operator", operator);
    }
    if (jitterDegrees > 0) {
      json.put("jitterDegrees", jitterDegrees);
    }
    insertion.ifPresent(i -> json.set("insert", i.toJson()));
    return json;
  }

  /**
   * What measures.
   *
   * @param believed the task's operator
   * @throws IllegalArgumentException if the changed specification is none, if what it measures is
   *     of another shape, or if its views have no angles that could jitter
   */
  Instrument of(ForwardOperator believed) {
    var measuring = operator.isEmpty() ? believed : changed(believed);
    if (jitterDegrees > 0 && !Instrument.hasAngles(measuring)) {
      throw new IllegalArgumentException(
          "mismatch '%s': the views of %s have no angles that a record could bring"
              .formatted(label, measuring.kind()));
    }
    return new Instrument(measuring, jitterDegrees, insertion);
  }

  private ForwardOperator changed(ForwardOperator believed) {
    var spec = (ObjectNode) believed.spec();
    spec.setAll(operator);
    var measuring = Operators.create(spec, believed.imageShape());
    if (!measuring.kind().equals(believed.kind())
        || !Arrays.equals(measuring.measurementShape(), believed.measurementShape())) {
      throw new IllegalArgumentException(
          "mismatch '%s': measures %s of shape %s, the task takes %s of shape %s"
              .formatted(
                  label,
                  measuring.kind(),
                  Arrays.toString(measuring.measurementShape()),
                  believed.kind(),
                  Arrays.toString(believed.measurementShape())));
    }
    return measuring;
  }
}
