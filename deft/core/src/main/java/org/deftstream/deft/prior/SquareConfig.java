package org.deftstream.deft.prior;

import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * A network of square images, with as many channels in as out, that comes with its weights: it is
 * not trained here, and all of its specification tells it from others.
 */
sealed interface SquareConfig extends NetworkConfig permits DruNetConfig, SongUNetConfig {
  /** Side of the images it was trained on, in pixels. */
  int sampleSize();

  /** Channels of the images. */
  int channels();

  @Override
  default int sampleHeight() {
    return sampleSize();
  }

  @Override
  default int sampleWidth() {
    return sampleSize();
  }

  @Override
  default int inChannels() {
    return channels();
  }

  @Override
  default int outChannels() {
    return channels();
  }

  @Override
  default double dropout() {
    return 0;
  }

  @Override
  default ObjectNode identity() {
    return toJson();
  }
}
