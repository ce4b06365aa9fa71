package org.deftstream.deft.adapter;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.operator.ForwardOperator;
import org.deftstream.deft.operator.Operators;
import org.deftstream.deft.prior.Prior;
import org.deftstream.deft.prior.ResidualUNetConfig;
import org.deftstream.deft.prior.UNetConfig;
import org.deftstream.deft.safetensors.Safetensors;
import org.deftstream.deft.schedule.NoiseSchedule;
import org.deftstream.deft.tensor.FloatTensor;

/** An adapter for inpainting images of 4x4, and the task that it fits. */
final class Example {
  static final String TASK = "tiny/inpaint";
  static final ImageShape SHAPE = new ImageShape(4, 4, 1);
  static final ForwardOperator OPERATOR =
      Operators.create(
          json(
              """
              {"kind": "inpainting",
               "mask": {"type": "free-form", "leastHidden": 0.2, "mostHidden": 0.4},
               "noise": {"type": "gaussian", "sigma": 0.02}}
              """),
          SHAPE);
  static final int FEATURES = AdapterFeatures.channels(AdapterForm.PAPER, OPERATOR);
  static final Prior PRIOR = new NamedPrior("tiny", "ab".repeat(32));

  private Example() {}

  static JsonNode json(String text) {
    try {
      return new ObjectMapper().readTree(text);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }

  static ObjectNode network() {
    return (ObjectNode)
        json(
            """
            {"_class_name": "UNet2DModel", "sample_size": 4, "in_channels": %d, "out_channels": 1,
             "block_out_channels": [8], "down_block_types": ["DownBlock2D"],
             "up_block_types": ["UpBlock2D"], "norm_num_groups": 4}
            """
                .formatted(FEATURES));
  }

  static Map<String, FloatTensor> tensors() {
    var mix = new float[FEATURES];
    for (int i = 0; i < mix.length; i++) {
      mix[i] = 0.1f * (i + 1);
    }
    var tensors = new LinkedHashMap<String, FloatTensor>();
    tensors.put(LinearNetworks.MIX, new FloatTensor(new int[] {1, FEATURES}, mix));
    tensors.put(LinearNetworks.SCALE, new FloatTensor(new int[] {1}, new float[] {0.25f}));
    return tensors;
  }

  static byte[] file(Map<String, FloatTensor> tensors) {
    return Safetensors.encode(tensors, Safetensors.Storage.F32, Map.of());
  }

  static AdapterManifest manifest(byte[] file) {
    return new AdapterManifest(
        "tiny-inpaint-1",
        TASK,
        SHAPE,
        OPERATOR.spec(),
        Operators.fingerprint(OPERATOR),
        UNetConfig.parse(network()),
        PRIOR.name(),
        PRIOR.fingerprint(),
        AdapterVerifier.sha256(file),
        FEATURES + 1,
        AdapterFeatures.DEFAULT_CLIP,
        AdapterForm.PAPER,
        Optional.empty(),
        JsonNodeFactory.instance.objectNode().put("steps", 10),
        JsonNodeFactory.instance.objectNode());
  }

  /** The manifest of an adapter whose network answers at any size. */
  static AdapterManifest anySize(AdapterManifest manifest) {
    return with(manifest, "network", residual().toJson());
  }

  /** A network of any size, of the task's channels. */
  static ResidualUNetConfig residual() {
    return new ResidualUNetConfig(4, FEATURES, 1, 1, List.of(8, 8), 1);
  }

  /** The manifest with one field of its JSON replaced. */
  static AdapterManifest with(AdapterManifest manifest, String field, Object value) {
    var json = (ObjectNode) json(manifest.toJson());
    json.set(field, new ObjectMapper().valueToTree(value));
    return AdapterManifest.parse(json.toString());
  }

  record NamedPrior(String name, String fingerprint) implements Prior {
    @Override
    public ImageShape imageShape() {
      return SHAPE;
    }

    @Override
    public NoiseSchedule schedule() {
      return NoiseSchedule.linear(1000, 1e-4, 2e-2);
    }

    @Override
    public long parameters() {
      return 1;
    }

    @Override
    public String device() {
      return "none";
    }

    @Override
    public float[] predictNoise(float[] xt, int[] timesteps) {
      return xt.clone();
    }

    @Override
    public void close() {}
  }
}
