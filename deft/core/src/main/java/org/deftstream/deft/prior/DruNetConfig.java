package org.deftstream.deft.prior;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import org.deftstream.deft.text.JsonFields;

/**
 * The network specification of DRUNet (Zhang et al., Plug-and-Play Image Restoration with Deep
 * Denoiser Prior, 2021): residual blocks without norms, without attention and without biases, told
 * the noise level as one more channel. It answers at any size. Without biases it is homogeneous: of
 * {@code k} times the image and {@code k} times the level it answers {@code k} times as much.
 * Immutable.
 *
 * @param sampleSize side of the crops it was trained on, in pixels
 * @param channels of the images, without that of the noise level
 * @param blockOutChannels channels of each scale, finest first
 * @param layersPerBlock residual blocks of each scale in each arm, and at the coarsest
 */
public record DruNetConfig(
    int sampleSize, int channels, List<Integer> blockOutChannels, int layersPerBlock)
    implements SquareConfig {
  /** The {@code _class_name} of this kind. */
  public static final String CLASS_NAME = "DRUNet";

  private static final String WHERE = "unet config";
  private static final int MOST_CHANNELS = 4096;
  private static final int MOST_LEVELS = 6;
  private static final int MOST_BLOCKS = 64;
  private static final int MOST_PIXELS = 1 << 14;

  /** Checks the ranges. */
  public DruNetConfig {
    blockOutChannels = List.copyOf(blockOutChannels);
    ConfigRange.check("in_channels", channels, 1, 16);
    ConfigRange.check("layers_per_block", layersPerBlock, 1, MOST_BLOCKS);
    ConfigRange.check("the number of block_out_channels", blockOutChannels.size(), 1, MOST_LEVELS);
    for (int c : blockOutChannels) {
      ConfigRange.check("block_out_channels", c, 1, MOST_CHANNELS);
    }
    int multiple = 1 << (blockOutChannels.size() - 1);
    ConfigRange.check("sample_size", sampleSize, multiple, MOST_PIXELS);
    if (sampleSize % multiple != 0) {
      throw new IllegalArgumentException(
          WHERE + ": sample_size " + sampleSize + " must be a multiple of " + multiple);
    }
  }

  static DruNetConfig parse(JsonNode json) {
    var f = JsonFields.of(json, WHERE);
    f.text("_class_name");
    var widths = new ArrayList<Integer>();
    for (var width : f.node("block_out_channels")) {
      // What is no whole number is 0, which is out of range.
      widths.add(width.isInt() ? width.intValue() : 0);
    }
    var config =
        new DruNetConfig(
            f.integer("sample_size", 1, MOST_PIXELS),
            f.integer("in_channels", 1, MOST_CHANNELS),
            widths,
            f.integer("layers_per_block", 1, MOST_BLOCKS));
    f.refuseUnknown();
    return config;
  }

  @Override
  public boolean anySize() {
    return true;
  }

  @Override
  public int multiple() {
    return 1 << (blockOutChannels.size() - 1);
  }

  @Override
  public Told told() {
    return Told.MAP;
  }

  @Override
  public ObjectNode toJson() {
    var json = JsonNodeFactory.instance.objectNode();
    json.put("_class_name", CLASS_NAME);
    json.put("sample_size", sampleSize);
    json.put("in_channels", channels);
    blockOutChannels.forEach(json.putArray("block_out_channels")::add);
    json.put("layers_per_block", layersPerBlock);
    return json;
  }
}
