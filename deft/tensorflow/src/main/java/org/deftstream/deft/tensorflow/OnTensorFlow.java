package org.deftstream.deft.tensorflow;

import org.deftstream.deft.prior.OnDevice;

/** What TensorFlow evaluates, on the device that it has. */
interface OnTensorFlow extends OnDevice {
  @Override
  default String device() {
    return DjlNetwork.device();
  }

  @Override
  default boolean usesProcessors() {
    return !DjlNetwork.onGpu();
  }
}
