package org.deftstream.deft.prior;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * The network specification of a residual U-Net without norms and without attention, of the family
 * of DRUNet (Zhang et al., Plug-and-Play Image Restoration with Deep Denoiser Prior, 2021) and
 * FFDNet (Zhang et al., 2018): pixels are folded into channels, every scale has residual blocks
 * that the timestep scales and shifts, both arms are joined by sums. Every value depends on its
 * neighbourhood only, so a network that was trained on crops answers at any size. Immutable.
 *
 * @param sampleSize side of the crops it was trained on, in pixels
 * @param inChannels of what it sees
 * @param outChannels of what it answers; those of the images
 * @param patchSize side of the squares of pixels that are folded into channels
 * @param blockOutChannels channels of each scale, finest first
 * @param layersPerBlock residual blocks of each scale in each arm, and at the coarsest
 */
public record ResidualUNetConfig(
    int sampleSize,
    int inChannels,
    int outChannels,
    int patchSize,
    List<Integer> blockOutChannels,
    int layersPerBlock)
    implements NetworkConfig {
  /** The {@code _class_name} of this kind. */
  public static final String CLASS_NAME = "ResidualUNet2DModel";

  private static final Set<String> FIELDS =
      Set.of(
          "_class_name",
          "sample_size",
          "in_channels",
          "out_channels",
          "patch_size",
          "block_out_channels",
          "layers_per_block");
  private static final int MOST_CHANNELS = 4096;

  /** Checks the ranges. */
  public ResidualUNetConfig {
    blockOutChannels = List.copyOf(blockOutChannels);
    ConfigRange.check("in_channels", inChannels, 1, 256);
    ConfigRange.check("out_channels", outChannels, 1, 16);
    ConfigRange.check("patch_size", patchSize, 1, 8);
    ConfigRange.check("layers_per_block", layersPerBlock, 1, 64);
    ConfigRange.check("the number of block_out_channels", blockOutChannels.size(), 1, 6);
    for (int c : blockOutChannels) {
      ConfigRange.check("block_out_channels", c, 1, MOST_CHANNELS);
    }
    int multiple = patchSize << (blockOutChannels.size() - 1);
    ConfigRange.check("sample_size", sampleSize, multiple, 1 << 14);
    if (sampleSize % multiple != 0) {
      throw new IllegalArgumentException(
          "unet config: sample_size " + sampleSize + " must be a multiple of " + multiple);
    }
  }

  /** A prior's network: it answers with as many channels as it sees. */
  public ResidualUNetConfig(
      int sampleSize,
      int channels,
      int patchSize,
      List<Integer> blockOutChannels,
      int layersPerBlock) {
    this(sampleSize, channels, channels, patchSize, blockOutChannels, layersPerBlock);
  }

  /**
   * Parses a {@code config.json}.
   *
   * @throws IllegalArgumentException naming the field that is not understood
   */
  static ResidualUNetConfig parse(JsonNode json) {
    var unknown = new TreeSet<String>();
    json.fieldNames().forEachRemaining(unknown::add);
    unknown.removeAll(FIELDS);
    if (!unknown.isEmpty()) {
      throw new IllegalArgumentException("unet config: field not understood: " + unknown.first());
    }
    if (!json.path("block_out_channels").isArray()) {
      throw new IllegalArgumentException("unet config: block_out_channels must be a list");
    }
    var widths = new ArrayList<Integer>();
    for (var width : json.get("block_out_channels")) {
      if (!width.isInt()) {
        throw new IllegalArgumentException(
            "unet config: block_out_channels must be whole numbers, and one is " + width);
      }
      widths.add(width.intValue());
    }
    return new ResidualUNetConfig(
        integer(json, "sample_size"),
        integer(json, "in_channels"),
        integer(json, "out_channels"),
        integer(json, "patch_size"),
        widths,
        integer(json, "layers_per_block"));
  }

  private static int integer(JsonNode json, String field) {
    var value = json.path(field);
    if (!value.isInt()) {
      throw new IllegalArgumentException(
          "unet config: " + field + " must be a whole number, and is " + value);
    }
    return value.intValue();
  }

  @Override
  public int multiple() {
    return patchSize << (blockOutChannels.size() - 1);
  }

  @Override
  public int sampleHeight() {
    return sampleSize;
  }

  @Override
  public int sampleWidth() {
    return sampleSize;
  }

  @Override
  public double dropout() {
    return 0;
  }

  @Override
  public boolean anySize() {
    return true;
  }

  @Override
  public boolean trainable() {
    return true;
  }

  @Override
  public Told told() {
    return Told.NUMBER;
  }

  @Override
  public ObjectNode toJson() {
    var json = JsonNodeFactory.instance.objectNode();
    json.put("_class_name", CLASS_NAME);
    json.put("sample_size", sampleSize);
    json.put("in_channels", inChannels);
    json.put("out_channels", outChannels);
    json.put("patch_size", patchSize);
    blockOutChannels.forEach(json.putArray("block_out_channels")::add);
    json.put("layers_per_block", layersPerBlock);
    return json;
  }

  @Override
  public ObjectNode identity() {
    return toJson();
  }
}
