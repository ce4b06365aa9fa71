package org.deftstream.deft.adapter;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.Optional;
import java.util.regex.Pattern;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.operator.ForwardOperator;
import org.deftstream.deft.prior.NetworkConfig;
import org.deftstream.deft.sampler.SamplerSettings;
import org.deftstream.deft.text.JsonFields;
import org.deftstream.deft.text.JsonText;

/**
 * Says what an adapter is and what it was made for. Travels as JSON: {@code manifest.json} beside
 * the weights, and inside the control record. Unknown fields are refused by name. Immutable.
 *
 * @param adapterId name of the adapter, never reused: letters, digits, {@code . _ -}
 * @param task name of the task that it was trained for
 * @param imageShape shape of the images
 * @param operator specification of the forward operator
 * @param operatorFingerprint {@link org.deftstream.deft.operator.Operators#fingerprint} of it
 * @param network specification of NN1
 * @param priorName name of the prior that it corrects
 * @param priorFingerprint {@link org.deftstream.deft.prior.Prior#fingerprint} of that prior
 * @param weightsSha256 SHA-256 of the safetensors file, lower-case hexadecimal
 * @param parameters number of weights
 * @param featureClip bound of |x0Hat| in the features, above 0
 * @param form what the network sees and what its answer means; the paper's where it is not stated
 * @param sampler how it is sampled in service, as it was when it was validated; empty in an older
 *     manifest, for the task's
 * @param golden a recorded answer, to be reproduced where the adapter is loaded
 * @param training how it was trained: free-form object
 * @param validation what it reached on validation data: free-form object
 */
public record AdapterManifest(
    String adapterId,
    String task,
    ImageShape imageShape,
    JsonNode operator,
    String operatorFingerprint,
    NetworkConfig network,
    String priorName,
    String priorFingerprint,
    String weightsSha256,
    long parameters,
    double featureClip,
    AdapterForm form,
    Optional<SamplerSettings> sampler,
    Optional<GoldenCheck> golden,
    JsonNode training,
    JsonNode validation) {
  /** Longest JSON that is read, in characters. */
  public static final int MAX_LENGTH = 200_000;

  // An id becomes a directory's name and part of a message, so nothing that could mean a path.
  private static final Pattern ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,127}");
  private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");
  private static final int LARGEST_TIMESTEP = 1_000_000;

  /** Checks what can be checked without anything else at hand. */
  public AdapterManifest {
    if (!ID.matcher(adapterId).matches()) {
      throw new IllegalArgumentException(
          "manifest: adapterId must be 1 to 128 letters, digits or . _ - and begin with a letter or"
              + " digit, got '"
              + shortened(adapterId)
              + "'");
    }
    requireSha256("operatorFingerprint", operatorFingerprint);
    requireSha256("priorFingerprint", priorFingerprint);
    requireSha256("weightsSha256", weightsSha256);
    if (parameters < 1) {
      throw new IllegalArgumentException(
          "manifest: parameters must be at least 1, got " + parameters);
    }
    if (!(featureClip > 0 && featureClip <= 1000)) {
      throw new IllegalArgumentException(
          "manifest: featureClip must be in (0, 1000], got " + featureClip);
    }
  }

  /** A manifest that leaves the sampler to the task. */
  public AdapterManifest(
      String adapterId,
      String task,
      ImageShape imageShape,
      JsonNode operator,
      String operatorFingerprint,
      NetworkConfig network,
      String priorName,
      String priorFingerprint,
      String weightsSha256,
      long parameters,
      double featureClip,
      AdapterForm form,
      Optional<GoldenCheck> golden,
      JsonNode training,
      JsonNode validation) {
    this(
        adapterId,
        task,
        imageShape,
        operator,
        operatorFingerprint,
        network,
        priorName,
        priorFingerprint,
        weightsSha256,
        parameters,
        featureClip,
        form,
        Optional.empty(),
        golden,
        training,
        validation);
  }

  /**
   * Reads a manifest.
   *
   * @throws IllegalArgumentException one line that names the field that is missing, unknown or
   *     wrong
   */
  public static AdapterManifest parse(String json) {
    if (json.length() > MAX_LENGTH) {
      throw new IllegalArgumentException(
          "manifest: " + json.length() + " characters; at most " + MAX_LENGTH + " are read");
    }
    var fields = JsonFields.of(JsonText.parse(json, "manifest"), "manifest");
    var manifest =
        new AdapterManifest(
            fields.text("adapterId"),
            fields.text("task"),
            parseShape(fields.node("imageShape")),
            fields.object("operator").json(),
            fields.text("operatorFingerprint"),
            NetworkConfig.parseAdapter(fields.object("network").json()),
            fields.text("priorName"),
            fields.text("priorFingerprint"),
            fields.text("weightsSha256"),
            fields.integer("parameters", 1, Integer.MAX_VALUE),
            fields.positive("featureClip"),
            fields.optionalObject("form").map(AdapterForm::parse).orElse(AdapterForm.PAPER),
            fields
                .optionalObject("sampler")
                .map(object -> SamplerSettings.fromJson(object.json(), "manifest, sampler")),
            fields
                .optionalObject("golden")
                .map(golden -> GoldenCheck.parse(golden, LARGEST_TIMESTEP)),
            freeForm(fields, "training"),
            freeForm(fields, "validation"));
    fields.refuseUnknown();
    return manifest;
  }

  /**
   * The manifest under another name and with other validation figures; the weights stay.
   *
   * @param id the new adapter id
   * @param judgedWith the sampler that the figures are of, with which it is to be served
   * @param figures the new validation figures
   */
  public AdapterManifest judged(String id, SamplerSettings judgedWith, JsonNode figures) {
    return new AdapterManifest(
        id,
        task,
        imageShape,
        operator,
        operatorFingerprint,
        network,
        priorName,
        priorFingerprint,
        weightsSha256,
        parameters,
        featureClip,
        form,
        Optional.of(judgedWith),
        golden,
        training,
        figures);
  }

  /** What the network sees of a row of this adapter's task. */
  public AdapterFeatures features(ForwardOperator taskOperator) {
    return new AdapterFeatures(form, featureClip, taskOperator);
  }

  /** The manifest as one line of JSON. */
  public String toJson() {
    var json = JsonNodeFactory.instance.objectNode();
    json.put("adapterId", adapterId).put("task", task);
    json.putArray("imageShape")
        .add(imageShape.height())
        .add(imageShape.width())
        .add(imageShape.channels());
    json.set("operator", operator);
    json.put("operatorFingerprint", operatorFingerprint);
    json.set("network", network.toJson());
    json.put("priorName", priorName).put("priorFingerprint", priorFingerprint);
    json.put("weightsSha256", weightsSha256).put("parameters", parameters);
    json.put("featureClip", featureClip);
    json.set("form", form.toJson());
    sampler.ifPresent(settings -> json.set("sampler", settings.toJson()));
    golden.ifPresent(check -> json.set("golden", check.toJson()));
    json.set("training", training);
    json.set("validation", validation);
    return json.toString();
  }

  private static JsonNode freeForm(JsonFields fields, String name) {
    return fields
        .optionalObject(name)
        .map(JsonFields::json)
        .orElseGet(JsonNodeFactory.instance::objectNode);
  }

  private static ImageShape parseShape(JsonNode node) {
    if (!node.isArray() || node.size() != 3 || !allPositive(node)) {
      throw new IllegalArgumentException(
          "manifest: imageShape must be [height, width, channels], got "
              + shortened(node.toString()));
    }
    return new ImageShape(node.get(0).intValue(), node.get(1).intValue(), node.get(2).intValue());
  }

  private static boolean allPositive(JsonNode array) {
    for (var value : array) {
      if (!value.canConvertToInt() || value.intValue() < 1 || value.intValue() > 65_536) {
        return false;
      }
    }
    return true;
  }

  private static void requireSha256(String name, String value) {
    if (!SHA256.matcher(value).matches()) {
      throw new IllegalArgumentException(
          "manifest: "
              + name
              + " must be 64 lower-case hexadecimal digits, got '"
              + shortened(value)
              + "'");
    }
  }

  private static String shortened(String text) {
    return text.length() <= 80 ? text : text.substring(0, 77) + "...";
  }
}
