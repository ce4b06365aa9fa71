package org.deftstream.deft.prior;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** The network of a prior or an adapter, as its {@code config.json} describes it. Immutable. */
public sealed interface NetworkConfig permits UNetConfig, ResidualUNetConfig {
  /** Pixels from top to bottom of the images it was trained on. */
  int sampleHeight();

  /** Pixels from left to right of the images it was trained on. */
  int sampleWidth();

  /** Channels of the input. */
  int inChannels();

  /** Channels of the output. */
  int outChannels();

  /** Channels of each scale, finest first. */
  List<Integer> blockOutChannels();

  /** Blocks of each scale in each arm. */
  int layersPerBlock();

  /** Dropout rate in training, in [0, 1). */
  double dropout();

  /** Whether one set of weights answers at any size of image. */
  boolean anySize();

  /** The same specification as its {@code config.json}. */
  ObjectNode toJson();

  /**
   * What tells this network from another, for fingerprints: adapters name their prior by them, so
   * this must stay the same when a later version knows more fields.
   */
  ObjectNode identity();

  /** Sides of a row must be a multiple of this; 1 where they are those of the sample anyhow. */
  default int multiple() {
    return 1;
  }

  /**
   * Parses the {@code config.json} of a prior, of the kind that its {@code _class_name} says.
   *
   * @throws IllegalArgumentException naming the field that is not understood
   */
  static NetworkConfig parse(JsonNode json) {
    var config = parseAdapter(json);
    if (config instanceof ResidualUNetConfig && config.inChannels() != config.outChannels()) {
      throw new IllegalArgumentException(
          "unet config: out_channels must be the in_channels, " + config.inChannels());
    }
    return config;
  }

  /**
   * Parses the network of an adapter, which sees more channels than it answers.
   *
   * @throws IllegalArgumentException naming the field that is not understood
   */
  static NetworkConfig parseAdapter(JsonNode json) {
    return ResidualUNetConfig.CLASS_NAME.equals(json.path("_class_name").asText())
        ? ResidualUNetConfig.parse(json)
        : UNetConfig.parse(json);
  }
}
