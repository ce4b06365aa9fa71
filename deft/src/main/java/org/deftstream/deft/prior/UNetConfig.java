package org.deftstream.deft.prior;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * The network specification of a {@code UNet2DModel}: diffusers' {@code unet/config.json}. What is
 * not understood is refused by name, never ignored. Immutable.
 */
public record UNetConfig(
    int sampleHeight,
    int sampleWidth,
    int inChannels,
    int outChannels,
    boolean centerInputSample,
    String timeEmbeddingType,
    double freqShift,
    boolean flipSinToCos,
    List<String> downBlockTypes,
    List<String> upBlockTypes,
    List<Integer> blockOutChannels,
    int layersPerBlock,
    double midBlockScaleFactor,
    int downsamplePadding,
    String downsampleType,
    String upsampleType,
    String activation,
    int attentionHeadDim,
    int normNumGroups,
    int attnNormNumGroups,
    double normEps,
    boolean scaleShift,
    boolean addAttention) {

  private static final ObjectMapper JSON = new ObjectMapper();

  private static final Set<String> KNOWN =
      Set.of(
          "_class_name",
          "_diffusers_version",
          "_name_or_path",
          "sample_size",
          "in_channels",
          "out_channels",
          "center_input_sample",
          "time_embedding_type",
          "time_embedding_dim",
          "freq_shift",
          "flip_sin_to_cos",
          "down_block_types",
          "mid_block_type",
          "up_block_types",
          "block_out_channels",
          "layers_per_block",
          "mid_block_scale_factor",
          "downsample_padding",
          "downsample_type",
          "upsample_type",
          "dropout",
          "act_fn",
          "attention_head_dim",
          "norm_num_groups",
          "attn_norm_num_groups",
          "norm_eps",
          "resnet_time_scale_shift",
          "class_embed_type",
          "num_class_embeds",
          "num_train_timesteps",
          "add_attention");

  /**
   * Parses a {@code config.json}.
   *
   * @throws IllegalArgumentException naming the field that is not understood
   */
  public static UNetConfig parse(JsonNode json) {
    var unknown = new TreeSet<String>();
    json.fieldNames().forEachRemaining(unknown::add);
    unknown.removeAll(KNOWN);
    if (!unknown.isEmpty()) {
      throw new IllegalArgumentException("unet config: field not understood: " + unknown.first());
    }
    require(json, "_class_name", "UNet2DModel", "UNet2DModel");
    require(json, "mid_block_type", "UNetMidBlock2D", "UNetMidBlock2D");
    requireNull(json, "class_embed_type");
    requireNull(json, "num_class_embeds");
    requireNull(json, "time_embedding_dim");
    var channels = new ArrayList<Integer>();
    for (var c : array(json, "block_out_channels", "[224,448,672,896]")) {
      channels.add(c.asInt());
    }
    var size = json.path("sample_size");
    if (size.isMissingNode() || size.isNull()) {
      throw new IllegalArgumentException("unet config: sample_size is missing");
    }
    int groups = json.path("norm_num_groups").asInt(32);
    return new UNetConfig(
        size.isArray() ? size.get(0).asInt() : size.asInt(),
        size.isArray() ? size.get(1).asInt() : size.asInt(),
        json.path("in_channels").asInt(3),
        json.path("out_channels").asInt(3),
        json.path("center_input_sample").asBoolean(false),
        choice(json, "time_embedding_type", "positional", "positional"),
        json.path("freq_shift").asDouble(0),
        json.path("flip_sin_to_cos").asBoolean(true),
        blocks(json, "down_block_types", List.of("DownBlock2D", "AttnDownBlock2D")),
        blocks(json, "up_block_types", List.of("UpBlock2D", "AttnUpBlock2D")),
        List.copyOf(channels),
        json.path("layers_per_block").asInt(2),
        json.path("mid_block_scale_factor").asDouble(1),
        json.path("downsample_padding").asInt(1),
        choice(json, "downsample_type", "conv", "conv"),
        choice(json, "upsample_type", "conv", "conv"),
        choice(json, "act_fn", "silu", "silu", "swish"),
        json.path("attention_head_dim").isNull() ? 0 : json.path("attention_head_dim").asInt(8),
        groups,
        json.path("attn_norm_num_groups").asInt(groups),
        json.path("norm_eps").asDouble(1e-5),
        choice(json, "resnet_time_scale_shift", "default", "default", "scale_shift")
            .equals("scale_shift"),
        json.path("add_attention").asBoolean(true));
  }

  private static void require(JsonNode json, String field, String preset, String value) {
    if (!json.path(field).asText(preset).equals(value)) {
      throw new IllegalArgumentException(
          "unet config: " + field + " is " + json.get(field) + "; understood: " + value);
    }
  }

  private static void requireNull(JsonNode json, String field) {
    if (json.hasNonNull(field)) {
      throw new IllegalArgumentException(
          "unet config: " + field + " is " + json.get(field) + "; understood: null");
    }
  }

  private static String choice(JsonNode json, String field, String preset, String... values) {
    String value = json.path(field).asText(preset);
    if (!List.of(values).contains(value)) {
      throw new IllegalArgumentException(
          "unet config: " + field + " is " + value + "; understood: " + String.join(", ", values));
    }
    return value;
  }

  private static JsonNode array(JsonNode json, String field, String preset) {
    try {
      return json.has(field) ? json.get(field) : JSON.readTree(preset);
    } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static List<String> blocks(JsonNode json, String field, List<String> understood) {
    var names = new ArrayList<String>();
    for (var b : json.path(field)) {
      if (!understood.contains(b.asText())) {
        throw new IllegalArgumentException(
            "unet config: " + field + " has " + b.asText() + "; understood: " + understood);
      }
      names.add(b.asText());
    }
    if (names.size() != json.path("block_out_channels").size()) {
      throw new IllegalArgumentException(
          "unet config: " + field + " and block_out_channels must have the same length");
    }
    return List.copyOf(names);
  }

  /** The same specification as diffusers writes it. */
  public ObjectNode toJson() {
    var json = JSON.createObjectNode();
    json.put("_class_name", "UNet2DModel");
    json.put("_diffusers_version", "0.30.0");
    json.put("act_fn", activation);
    json.put("add_attention", addAttention);
    if (attentionHeadDim > 0) {
      json.put("attention_head_dim", attentionHeadDim);
    } else {
      json.putNull("attention_head_dim");
    }
    json.put("attn_norm_num_groups", attnNormNumGroups);
    blockOutChannels.forEach(json.putArray("block_out_channels")::add);
    json.put("center_input_sample", centerInputSample);
    json.putNull("class_embed_type");
    downBlockTypes.forEach(json.putArray("down_block_types")::add);
    json.put("downsample_padding", downsamplePadding);
    json.put("downsample_type", downsampleType);
    json.put("dropout", 0.0);
    json.put("flip_sin_to_cos", flipSinToCos);
    json.put("freq_shift", freqShift);
    json.put("in_channels", inChannels);
    json.put("layers_per_block", layersPerBlock);
    json.put("mid_block_scale_factor", midBlockScaleFactor);
    json.put("norm_eps", normEps);
    json.put("norm_num_groups", normNumGroups);
    json.putNull("num_class_embeds");
    json.putNull("num_train_timesteps");
    json.put("out_channels", outChannels);
    json.put("resnet_time_scale_shift", scaleShift ? "scale_shift" : "default");
    if (sampleHeight == sampleWidth) {
      json.put("sample_size", sampleHeight);
    } else {
      json.putArray("sample_size").add(sampleHeight).add(sampleWidth);
    }
    json.put("time_embedding_type", timeEmbeddingType);
    upBlockTypes.forEach(json.putArray("up_block_types")::add);
    json.put("upsample_type", upsampleType);
    return json;
  }

  /** Whether block {@code i} of the way down has attention. */
  public boolean downAttention(int i) {
    return downBlockTypes.get(i).equals("AttnDownBlock2D");
  }

  /** Whether block {@code i} of the way up has attention. */
  public boolean upAttention(int i) {
    return upBlockTypes.get(i).equals("AttnUpBlock2D");
  }
}
