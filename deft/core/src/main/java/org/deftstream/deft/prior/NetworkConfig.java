package org.deftstream.deft.prior;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** The network of a prior, as its {@code config.json} describes it. Immutable. */
public sealed interface NetworkConfig permits UNetConfig, ResidualUNetConfig {
  /** Pixels from top to bottom of the images it was trained on. */
  int sampleHeight();

  /** Pixels from left to right of the images it was trained on. */
  int sampleWidth();

  /** Channels of the input. */
  int inChannels();

  /** Channels of the output. */
  int outChannels();

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

  /**
   * Parses a {@code config.json}, of the kind that its {@code _class_name} says.
   *
   * @throws IllegalArgumentException naming the field that is not understood
   */
  static NetworkConfig parse(JsonNode json) {
    return ResidualUNetConfig.CLASS_NAME.equals(json.path("_class_name").asText())
        ? ResidualUNetConfig.parse(json)
        : UNetConfig.parse(json);
  }
}
