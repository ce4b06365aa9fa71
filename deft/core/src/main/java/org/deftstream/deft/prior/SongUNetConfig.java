package org.deftstream.deft.prior;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.deftstream.deft.text.JsonFields;

/**
 * The network specification of DDPM++ and NCSN++ (Song et al., Score-Based Generative Modeling
 * through Stochastic Differential Equations, 2021), with the layers' names of EDM's {@code
 * SongUNet}: every sum of two branches is divided by the root of two, images may run beside the
 * network in either arm, sizes change by a filter. Immutable.
 *
 * @param sampleSize side of the images, in pixels
 * @param channels of the images
 * @param firstChannels of the first convolution
 * @param blockOutChannels channels of each scale, finest first
 * @param layersPerBlock residual blocks of each scale on the way down; one more on the way up
 * @param attention for each scale, whether it has attention: after every block on the way down,
 *     after the last on the way up
 * @param fourier whether the noise is told by stored frequencies, else by those of DDPM
 * @param noiseChannels length of what the noise is first turned into
 * @param timeChannels length of the embedding that the residual blocks see
 * @param encoder what of the image runs beside the way down
 * @param imagesUp whether the answer is summed up from coarse to fine, else of the finest alone
 * @param filtered whether sizes change with the filter [1 3 3 1], else with [1 1]
 */
public record SongUNetConfig(
    int sampleSize,
    int channels,
    int firstChannels,
    List<Integer> blockOutChannels,
    int layersPerBlock,
    List<Boolean> attention,
    boolean fourier,
    int noiseChannels,
    int timeChannels,
    Encoder encoder,
    boolean imagesUp,
    boolean filtered)
    implements SquareConfig {
  /** The {@code _class_name} of this kind. */
  public static final String CLASS_NAME = "SongUNet";

  private static final String WHERE = "unet config";
  private static final int MOST_CHANNELS = 1 << 14;
  private static final int MOST_LEVELS = 12;
  private static final int MOST_BLOCKS = 64;
  private static final int MOST_PIXELS = 1 << 13;

  /** What of the image runs beside the way down. */
  public enum Encoder {
    /** Nothing. */
    STANDARD,
    /** The image, ever smaller, added to the features of its scale. */
    SKIP,
    /** The features themselves, made smaller by a convolution and added to the network's. */
    RESIDUAL;

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Checks the ranges. */
  public SongUNetConfig {
    blockOutChannels = List.copyOf(blockOutChannels);
    attention = List.copyOf(attention);
    int levels = blockOutChannels.size();
    ConfigRange.check("in_channels", channels, 1, 16);
    ConfigRange.check("layers_per_block", layersPerBlock, 1, MOST_BLOCKS);
    ConfigRange.check("the number of block_out_channels", levels, 1, MOST_LEVELS);
    ConfigRange.check("model_channels", firstChannels, 4, MOST_CHANNELS);
    for (int c : blockOutChannels) {
      ConfigRange.check("block_out_channels", c, 4, MOST_CHANNELS);
    }
    ConfigRange.check("noise_channels", noiseChannels, 4, MOST_CHANNELS);
    ConfigRange.check("embedding_channels", timeChannels, 1, MOST_CHANNELS);
    ConfigRange.check("sample_size", sampleSize, 1, MOST_PIXELS);
    int multiple = 1 << (levels - 1);
    if (sampleSize % multiple != 0 || noiseChannels % 2 != 0 || attention.size() != levels) {
      throw new IllegalArgumentException(
          WHERE
              + ": sample_size "
              + sampleSize
              + " must be a multiple of "
              + multiple
              + ", for "
              + levels
              + " scales, and noise_channels even");
    }
  }

  static SongUNetConfig parse(JsonNode json) {
    var f = JsonFields.of(json, WHERE);
    f.text("_class_name");
    var widths = integers(f, "block_out_channels");
    var attended = integers(f, "attention_scales");
    var attention = new ArrayList<Boolean>();
    for (int i = 0; i < widths.size(); i++) {
      attention.add(attended.contains(i));
    }
    String encoder = f.choice("encoder_type", Set.of("standard", "skip", "residual"));
    var config =
        new SongUNetConfig(
            f.integer("sample_size", 1, MOST_PIXELS),
            f.integer("in_channels", 1, MOST_CHANNELS),
            f.integer("model_channels", 1, MOST_CHANNELS),
            widths,
            f.integer("layers_per_block", 1, MOST_BLOCKS),
            attention,
            f.choice("embedding_type", Set.of("positional", "fourier")).equals("fourier"),
            f.integer("noise_channels", 1, MOST_CHANNELS),
            f.integer("embedding_channels", 1, MOST_CHANNELS),
            Encoder.valueOf(encoder.toUpperCase(Locale.ROOT)),
            f.choice("decoder_type", Set.of("standard", "skip")).equals("skip"),
            filtered(f));
    f.refuseUnknown();
    return config;
  }

  private static boolean filtered(JsonFields f) {
    var taps = integers(f, "resample_filter");
    if (!taps.equals(List.of(1, 1)) && !taps.equals(List.of(1, 3, 3, 1))) {
      throw new IllegalArgumentException(
          WHERE + ": resample_filter is " + taps + "; understood: [1, 1], [1, 3, 3, 1]");
    }
    return taps.size() > 2;
  }

  private static List<Integer> integers(JsonFields f, String name) {
    var values = new ArrayList<Integer>();
    for (var value : f.node(name)) {
      if (!value.isInt()) {
        throw new IllegalArgumentException(
            WHERE + ": " + name + " must hold whole numbers, and one is " + value);
      }
      values.add(value.intValue());
    }
    return values;
  }

  @Override
  public boolean anySize() {
    return false;
  }

  @Override
  public Told told() {
    return fourier ? Told.LOGARITHM : Told.NUMBER;
  }

  @Override
  public ObjectNode toJson() {
    var json = JsonNodeFactory.instance.objectNode();
    json.put("_class_name", CLASS_NAME);
    var scales = json.putArray("attention_scales");
    for (int i = 0; i < attention.size(); i++) {
      if (attention.get(i)) {
        scales.add(i);
      }
    }
    blockOutChannels.forEach(json.putArray("block_out_channels")::add);
    json.put("decoder_type", imagesUp ? "skip" : "standard");
    json.put("embedding_channels", timeChannels);
    json.put("embedding_type", fourier ? "fourier" : "positional");
    json.put("encoder_type", encoder.word());
    json.put("in_channels", channels);
    json.put("layers_per_block", layersPerBlock);
    json.put("model_channels", firstChannels);
    json.put("noise_channels", noiseChannels);
    for (int tap : filtered ? new int[] {1, 3, 3, 1} : new int[] {1, 1}) {
      json.withArray("/resample_filter").add(tap);
    }
    json.put("sample_size", sampleSize);
    return json;
  }
}
