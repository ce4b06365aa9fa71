package org.deftstream.deft.prior;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.deftstream.deft.text.JsonFields;

/** {@code config.json} to {@link UNetConfig} and back. Presets are those of diffusers. */
final class UNetConfigJson {
  private static final String VERSION = "0.35.1";

  /** What {@link #VERSION} was when the first fingerprints were given out. */
  private static final String FIRST_VERSION = "0.30.0";

  /** Says where a file comes from or how its running average was kept; no layer depends on it. */
  private static final Set<String> HISTORY =
      Set.of(
          "_diffusers_version",
          "_name_or_path",
          "_commit_hash",
          "_use_default_values",
          "decay",
          "inv_gamma",
          "min_decay",
          "optimization_step",
          "power",
          "update_after_step",
          "use_ema_warmup");

  /** Fields in which null is a value of its own. */
  private static final Set<String> NULLABLE =
      Set.of(
          "attention_head_dim",
          "attn_norm_num_groups",
          "class_embed_type",
          "mid_block_type",
          "norm_num_groups",
          "num_class_embeds",
          "num_train_timesteps",
          "time_embedding_dim");

  private static final List<String> DOWN =
      List.of("DownBlock2D", "AttnDownBlock2D", "AttnDownBlock2D", "AttnDownBlock2D");
  private static final List<String> UP =
      List.of("AttnUpBlock2D", "AttnUpBlock2D", "AttnUpBlock2D", "UpBlock2D");
  private static final List<Integer> CHANNELS = List.of(224, 448, 672, 896);

  /** More of anything is a slip of the pen, and would fill the memory before it fails. */
  private static final int MANY = 1 << 20;

  private static final int MOST_LAYERS = 64;
  private static final int MOST_CHANNELS = 1 << 14;

  private UNetConfigJson() {}

  static UNetConfig read(JsonNode json) {
    var f = JsonFields.of(json, "unet config");
    HISTORY.forEach(f::has);
    refuseNull(f);
    choice(f, "_class_name", "UNet2DModel", "UNet2DModel");
    var channels =
        f.has("block_out_channels") ? integers(f, "block_out_channels", MOST_CHANNELS) : CHANNELS;
    var size = size(f);
    var config =
        new UNetConfig(
            size.get(0),
            size.get(1),
            f.integer("in_channels", 1, MOST_CHANNELS, 3),
            f.integer("out_channels", 1, MOST_CHANNELS, 3),
            f.flag("center_input_sample", false),
            time(f, channels.get(0)),
            classes(f),
            blocks(f, "down_block_types", DOWN).map(BlockType::down).toList(),
            blocks(f, "up_block_types", UP).map(BlockType::up).toList(),
            channels,
            f.integer("layers_per_block", 1, MOST_LAYERS, 2),
            midBlock(f),
            f.flag("add_attention", true),
            f.has("mid_block_scale_factor") ? f.positive("mid_block_scale_factor") : 1,
            f.integer("downsample_padding", 0, 1, 1),
            choice(f, "downsample_type", "conv", "conv", "resnet").equals("resnet"),
            choice(f, "upsample_type", "conv", "conv", "resnet").equals("resnet"),
            f.has("dropout") ? f.within("dropout", 0, 1) : 0,
            choice(f, "act_fn", "silu", "silu", "swish", "mish", "gelu", "relu"),
            orNull(f, "attention_head_dim", 8),
            orNull(f, "norm_num_groups", 32),
            orNull(f, "attn_norm_num_groups", 0),
            f.has("norm_eps") ? f.within("norm_eps", 0, 1) : 1e-5,
            choice(f, "resnet_time_scale_shift", "default", "default", "scale_shift")
                .equals("scale_shift"));
    f.refuseUnknown();
    return config;
  }

  /** Python's None would mean something of its own in these fields, or nothing at all. */
  private static void refuseNull(JsonFields f) {
    for (var member : f.json().properties()) {
      String name = member.getKey();
      if (member.getValue().isNull() && !NULLABLE.contains(name) && !HISTORY.contains(name)) {
        throw new IllegalArgumentException(f.where() + ": " + name + " must not be null");
      }
    }
  }

  private static String choice(JsonFields f, String name, String preset, String... words) {
    return f.has(name) ? f.choice(name, Set.of(words)) : preset;
  }

  /** A number from 1, 0 for null, the preset where the field is absent. */
  private static int orNull(JsonFields f, String name, int preset) {
    return f.integer(name, 1, MANY, f.json().has(name) ? 0 : preset);
  }

  private static Stream<String> blocks(JsonFields f, String name, List<String> preset) {
    return f.has(name) ? list(f, name).stream().map(JsonNode::asText) : preset.stream();
  }

  private static List<Integer> integers(JsonFields f, String name, int most) {
    var values = new ArrayList<Integer>();
    for (var v : list(f, name)) {
      if (!v.isIntegralNumber()
          || !v.canConvertToInt()
          || v.intValue() < 1
          || v.intValue() > most) {
        throw new IllegalArgumentException(
            f.where() + ": " + name + " must hold whole numbers from 1 to " + most + ", not " + v);
      }
      values.add(v.intValue());
    }
    return values;
  }

  private static List<JsonNode> list(JsonFields f, String name) {
    var node = f.node(name);
    if (!node.isArray() || node.isEmpty()) {
      throw new IllegalArgumentException(f.where() + ": " + name + " must be a list, not " + node);
    }
    var values = new ArrayList<JsonNode>();
    node.forEach(values::add);
    return values;
  }

  private static List<Integer> size(JsonFields f) {
    String name = "sample_size";
    if (!f.node(name).isArray()) {
      int side = f.integer(name, 1, MANY);
      return List.of(side, side);
    }
    var sides = integers(f, name, MANY);
    if (sides.size() != 2) {
      throw new IllegalArgumentException(
          f.where() + ": " + name + " must be one number, or height and width");
    }
    return sides;
  }

  private static boolean midBlock(JsonFields f) {
    String name = "mid_block_type";
    if (!f.has(name)) {
      return !f.json().has(name);
    }
    f.choice(name, Set.of("UNetMidBlock2D"));
    return true;
  }

  private static TimeEmbedding time(JsonFields f, int first) {
    String label =
        choice(f, "time_embedding_type", "positional", "positional", "fourier", "learned");
    var kind = TimeEmbedding.Kind.valueOf(label.toUpperCase(Locale.ROOT));
    int rows = orNull(f, "num_train_timesteps", 0);
    if (kind == TimeEmbedding.Kind.LEARNED && rows == 0) {
      throw new IllegalArgumentException(
          f.where() + ": time_embedding_type learned needs num_train_timesteps");
    }
    double shift = f.number("freq_shift", 0);
    if (kind == TimeEmbedding.Kind.POSITIONAL && shift >= first / 2) {
      throw new IllegalArgumentException(
          f.where()
              + ": freq_shift "
              + shift
              + " must be below half of the first of"
              + " block_out_channels, "
              + first);
    }
    int width = orNull(f, "time_embedding_dim", 0);
    return new TimeEmbedding(
        kind, width == 0 ? 4 * first : width, shift, f.flag("flip_sin_to_cos", true), rows);
  }

  private static ClassEmbedding classes(JsonFields f) {
    int rows = orNull(f, "num_class_embeds", 0);
    if (!f.has("class_embed_type")) {
      var kind = rows > 0 ? ClassEmbedding.Kind.TABLE : ClassEmbedding.Kind.NONE;
      return new ClassEmbedding(kind, rows);
    }
    String type = f.choice("class_embed_type", Set.of("timestep", "identity"));
    return new ClassEmbedding(ClassEmbedding.Kind.valueOf(type.toUpperCase(Locale.ROOT)), rows);
  }

  static ObjectNode write(UNetConfig c) {
    var json = JsonNodeFactory.instance.objectNode();
    json.put("_class_name", "UNet2DModel");
    json.put("_diffusers_version", VERSION);
    json.put("act_fn", c.activation());
    json.put("add_attention", c.addAttention());
    putOrNull(json, "attention_head_dim", c.attentionHeadDim());
    putOrNull(json, "attn_norm_num_groups", c.attnNormNumGroups());
    c.blockOutChannels().forEach(json.putArray("block_out_channels")::add);
    json.put("center_input_sample", c.centerInputSample());
    switch (c.classes().kind()) {
      case NONE, TABLE -> json.putNull("class_embed_type");
      case TIMESTEP -> json.put("class_embed_type", "timestep");
      case IDENTITY -> json.put("class_embed_type", "identity");
    }
    var down = json.putArray("down_block_types");
    c.downBlocks().forEach(b -> down.add(b.downName()));
    json.put("downsample_padding", c.downsamplePadding());
    json.put("downsample_type", c.resnetDownsamplers() ? "resnet" : "conv");
    json.put("dropout", c.dropout());
    json.put("flip_sin_to_cos", c.time().flipSinToCos());
    number(json, "freq_shift", c.time().freqShift());
    json.put("in_channels", c.inChannels());
    json.put("layers_per_block", c.layersPerBlock());
    number(json, "mid_block_scale_factor", c.midBlockScaleFactor());
    json.put("mid_block_type", c.midBlock() ? "UNetMidBlock2D" : null);
    json.put("norm_eps", c.normEps());
    putOrNull(json, "norm_num_groups", c.normNumGroups());
    putOrNull(json, "num_class_embeds", c.classes().classes());
    putOrNull(json, "num_train_timesteps", c.time().trainTimesteps());
    json.put("out_channels", c.outChannels());
    json.put("resnet_time_scale_shift", c.scaleShift() ? "scale_shift" : "default");
    if (c.sampleHeight() == c.sampleWidth()) {
      json.put("sample_size", c.sampleHeight());
    } else {
      json.putArray("sample_size").add(c.sampleHeight()).add(c.sampleWidth());
    }
    boolean preset = c.time().width() == 4 * c.blockOutChannels().get(0);
    putOrNull(json, "time_embedding_dim", preset ? 0 : c.time().width());
    json.put("time_embedding_type", c.time().kind().name().toLowerCase(Locale.ROOT));
    var up = json.putArray("up_block_types");
    c.upBlocks().forEach(b -> up.add(b.upName()));
    json.put("upsample_type", c.resnetUpsamplers() ? "resnet" : "conv");
    return json;
  }

  /** See {@link UNetConfig#identity()}: changes here make every adapter's prior a stranger. */
  static ObjectNode identity(UNetConfig c) {
    var json = write(c);
    json.put("_diffusers_version", FIRST_VERSION);
    if (c.attnNormNumGroups() == 0 && !c.scaleShift()) {
      putOrNull(json, "attn_norm_num_groups", c.normNumGroups());
    }
    if (c.midBlock()) {
      json.remove("mid_block_type");
    }
    if (json.path("time_embedding_dim").isNull()) {
      json.remove("time_embedding_dim");
    }
    return json;
  }

  private static void putOrNull(ObjectNode json, String name, int value) {
    if (value == 0) {
      json.putNull(name);
    } else {
      json.put(name, value);
    }
  }

  /** Whole numbers without a decimal point, as diffusers has them. */
  private static void number(ObjectNode json, String name, double value) {
    if (value == Math.rint(value)) {
      json.put(name, (long) value);
    } else {
      json.put(name, value);
    }
  }
}
