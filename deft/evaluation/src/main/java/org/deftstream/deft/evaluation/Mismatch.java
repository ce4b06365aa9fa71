package org.deftstream.deft.evaluation;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import org.deftstream.deft.operator.ForwardOperator;
import org.deftstream.deft.operator.Operators;
import org.deftstream.deft.text.JsonFields;

/**
 * What the instrument that measures does otherwise than the task believes: another noise, another
 * angle. The methods know nothing of it. Immutable by agreement.
 *
 * @param label what is wrong, for the report: {@code twice the noise}
 * @param operator fields of the operator's specification, which take the place of the task's
 */
record Mismatch(String label, ObjectNode operator) {

  static Mismatch fromJson(JsonFields fields) {
    String label = fields.text("label");
    var changed = fields.object("operator").json();
    fields.refuseUnknown();
    return new Mismatch(label, (ObjectNode) changed);
  }

  ObjectNode toJson() {
    var json = JsonNodeFactory.instance.objectNode().put("label", label);
    json.set("operator", operator);
    return json;
  }

  /**
   * The operator that measures.
   *
   * @param believed the task's
   * @throws IllegalArgumentException if the changed specification is none, or if what it measures
   *     is of another shape
   */
  ForwardOperator of(ForwardOperator believed) {
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
