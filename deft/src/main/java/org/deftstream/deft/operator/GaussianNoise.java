package org.deftstream.deft.operator;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Set;
import org.deftstream.deft.text.JsonFields;

/**
 * Additive white Gaussian measurement noise: the field {@code noise} of a specification.
 *
 * @param sigma standard deviation in units of the measurement, above 0
 */
record GaussianNoise(double sigma) {
  static GaussianNoise read(JsonFields spec) {
    var noise = spec.object("noise");
    noise.choice("type", Set.of("gaussian"));
    double sigma = noise.positive("sigma");
    noise.refuseUnknown();
    return new GaussianNoise(sigma);
  }

  ObjectNode json() {
    return JsonNodeFactory.instance.objectNode().put("type", "gaussian").put("sigma", sigma);
  }
}
