package org.deftstream.deft.prior;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** The network of a prior or an adapter, as its {@code config.json} describes it. Immutable. */
public sealed interface NetworkConfig
    permits UNetConfig, ResidualUNetConfig, SquareConfig, ModelConfig {
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

  /** Whether it can be trained here; others are imported with their weights. */
  default boolean trainable() {
    return false;
  }

  /** What it must be told of the noise; see {@link SchedulerConfig#requireSuits}. */
  Told told();

  /** What a network is told of the noise in its input. */
  enum Told {
    /** A timestep, or any number that stands for the noise: sines and cosines of it. */
    NUMBER,
    /** A row of a table: timesteps only. */
    ROW,
    /** The logarithm of a level, in sines and cosines of stored frequencies. */
    LOGARITHM,
    /** The level itself, by which it divides its answer. */
    LEVEL,
    /** The level, as one more channel of the image. */
    MAP
  }

  /**
   * Parses the {@code config.json} of a prior, of the kind that its {@code _class_name} says.
   *
   * @throws IllegalArgumentException naming the field that is not understood
   */
  static NetworkConfig parse(JsonNode json) {
    String className = json.path("_class_name").asText();
    if (className.equals(DruNetConfig.CLASS_NAME)) {
      return DruNetConfig.parse(json);
    }
    if (className.equals(SongUNetConfig.CLASS_NAME)) {
      return SongUNetConfig.parse(json);
    }
    if (ModelConfig.Format.named(className).isPresent()) {
      return ModelConfig.parse(json);
    }
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
