package org.deftstream.deft.regression;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import org.deftstream.deft.operator.ForwardOperator;
import org.deftstream.deft.operator.Operators;
import org.deftstream.deft.prior.NetworkConfig;
import org.deftstream.deft.text.JsonFields;
import org.deftstream.deft.text.JsonText;

/**
 * Says what a regression is and what it was made for; {@code regression.json} beside its weights.
 * Unknown fields are refused by name. Immutable.
 *
 * @param name what it is called
 * @param task name of the task that it was trained for
 * @param operator specification of the forward operator
 * @param operatorFingerprint {@link Operators#fingerprint} of it
 * @param network specification of the network
 * @param unrolling how it is applied
 * @param weightsSha256 SHA-256 of the safetensors file, lower-case hexadecimal
 * @param parameters number of weights
 * @param training how it was trained: free-form object
 */
public record RegressionManifest(
    String name,
    String task,
    JsonNode operator,
    String operatorFingerprint,
    NetworkConfig network,
    Unrolling unrolling,
    String weightsSha256,
    long parameters,
    JsonNode training) {

  /**
   * Reads a manifest.
   *
   * @throws IllegalArgumentException one line that names the field that is missing, unknown or
   *     wrong
   */
  public static RegressionManifest parse(String json) {
    var fields = JsonFields.of(JsonText.parse(json, "regression"), "regression");
    var manifest =
        new RegressionManifest(
            fields.text("name"),
            fields.text("task"),
            fields.object("operator").json(),
            fields.text("operatorFingerprint"),
            NetworkConfig.parseAdapter(fields.object("network").json()),
            new Unrolling(
                fields.integer("iterations", 1, Unrolling.MOST), fields.within("tau", 0, 1000)),
            fields.text("weightsSha256"),
            fields.integer("parameters", 1, Integer.MAX_VALUE),
            fields.object("training").json());
    fields.refuseUnknown();
    return manifest;
  }

  /** Writes what {@link #parse} reads. */
  public String toJson() {
    var json = JsonNodeFactory.instance.objectNode().put("name", name).put("task", task);
    json.set("operator", operator);
    json.put("operatorFingerprint", operatorFingerprint);
    json.set("network", network.toJson());
    json.put("iterations", unrolling.iterations()).put("tau", unrolling.tau());
    json.put("weightsSha256", weightsSha256).put("parameters", parameters);
    json.set("training", training);
    return json.toString();
  }

  /**
   * Checks that it was made for an operator.
   *
   * @throws IllegalArgumentException one line that says what is another
   */
  public void require(ForwardOperator taken) {
    if (!operatorFingerprint.equals(Operators.fingerprint(taken))) {
      throw new IllegalArgumentException(
          "regression " + name + " was made for the operator of task " + task + ", another one");
    }
    int channels = Unrolling.channels(taken);
    if (network.inChannels() != channels
        || network.outChannels() != taken.imageShape().channels()) {
      throw new IllegalArgumentException(
          "regression %s has a network of %d channels in and %d out; the task's are %d and %d"
              .formatted(
                  name,
                  network.inChannels(),
                  network.outChannels(),
                  channels,
                  taken.imageShape().channels()));
    }
    unrolling.require(taken);
  }
}
