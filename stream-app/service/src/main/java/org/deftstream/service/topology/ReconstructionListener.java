package org.deftstream.service.topology;

import org.deftstream.deft.engine.Reconstruction;
import org.deftstream.service.control.ServingMethod;

/**
 * Told of what the engine made of each measurement. Called on the engine's thread: returns at once,
 * throws nothing. Thread-safe.
 */
public interface ReconstructionListener {
  /** Hears nothing. */
  ReconstructionListener NONE = (method, result) -> {};

  /** A measurement was reconstructed. */
  void reconstructed(ServingMethod method, Reconstruction result);
}
