package org.deftstream.deft.tensorflow;

import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;

/**
 * An image-like tensor of a graph under construction, with what is known of its shape.
 *
 * @param value batch x height x width x channels
 */
record Picture(Operand<TFloat32> value, int height, int width, int channels) {
  /** Another tensor of the same shape. */
  Picture with(Operand<TFloat32> other) {
    return new Picture(other, height, width, channels);
  }

  /** Another tensor of the same size. */
  Picture with(Operand<TFloat32> other, int otherChannels) {
    return new Picture(other, height, width, otherChannels);
  }

  boolean sameSize(Picture other) {
    return height == other.height && width == other.width;
  }
}
