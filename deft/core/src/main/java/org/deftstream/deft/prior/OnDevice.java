package org.deftstream.deft.prior;

/** What an engine evaluates, somewhere. */
public interface OnDevice {
  /** The engine and device that evaluate it, for provenance: {@code TensorFlow cpu}. */
  String device();

  /**
   * Whether the processors themselves evaluate it. If not they are free meanwhile, and the engine
   * completes one batch while the next is evaluated.
   */
  default boolean usesProcessors() {
    return true;
  }
}
