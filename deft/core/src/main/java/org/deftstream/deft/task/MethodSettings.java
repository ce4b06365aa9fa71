package org.deftstream.deft.task;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.TreeMap;
import org.deftstream.deft.htransform.HTransform;
import org.deftstream.deft.htransform.HTransforms;
import org.deftstream.deft.prior.Prior;
import org.deftstream.deft.sampler.SamplerSettings;
import org.deftstream.deft.text.JsonFields;

/**
 * A training-free method, its parameters and the sampler that it goes with. Immutable.
 *
 * @param method a name of {@link HTransforms#methods}
 * @param parameters the method's parameters by name
 * @param sampler how it is sampled
 */
public record MethodSettings(
    String method, Map<String, Double> parameters, SamplerSettings sampler) {
  public MethodSettings {
    parameters = Map.copyOf(parameters);
    // A misspelt method or parameter is told when the settings are read, not at the first record.
    HTransforms.check(method, parameters);
    if (HTransforms.prescribesStep(method) && sampler.solver() != SamplerSettings.Solver.DDIM) {
      throw new IllegalArgumentException(
          method
              + " prescribes its step and goes with the solver ddim only, not with: "
              + sampler.describe());
    }
  }

  /** Makes the method for a prior, which it may borrow for as long as it is used. */
  public HTransform hTransform(Prior prior) {
    return HTransforms.create(method, parameters, prior);
  }

  /**
   * Reads {@code {"method": "diffpir", "parameters": {"lambda": 8}, "sampler": {...}}}; {@code
   * parameters} may be left out.
   *
   * @param where what messages call the object
   * @throws IllegalArgumentException one line that names the field that is wrong, unknown or
   *     missing
   */
  public static MethodSettings fromJson(JsonNode json, String where) {
    var fields = JsonFields.of(json, where);
    String method = fields.choice("method", HTransforms.methods());
    var parameters = fields.numbers("parameters");
    var sampler = SamplerSettings.fromJson(fields.node("sampler"), where + ", sampler");
    fields.refuseUnknown();
    try {
      return new MethodSettings(method, parameters, sampler);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(where + ": " + e.getMessage(), e);
    }
  }

  /** Writes what {@link #fromJson} reads. */
  public ObjectNode toJson() {
    var json = JsonNodeFactory.instance.objectNode().put("method", method);
    var written = json.putObject("parameters");
    new TreeMap<>(parameters).forEach(written::put);
    json.set("sampler", sampler.toJson());
    return json;
  }
}
