package org.deftstream.service.topology;

import org.deftstream.deft.engine.Reconstruction;
import org.deftstream.schemas.avro.Measurement;
import org.deftstream.service.control.ServingMethod;
import org.deftstream.service.ledger.RejectedRecordException;

/**
 * Told of what became of each measurement. Called on the threads that do the work: returns at once,
 * throws nothing. Thread-safe.
 */
public interface ReconstructionListener {
  /** Hears nothing. */
  ReconstructionListener NONE = (method, result) -> {};

  /** The engine has reconstructed a measurement. */
  void reconstructed(ServingMethod method, Reconstruction result);

  /**
   * An answer is ready to be published.
   *
   * @param measurement the measurement
   * @param answer what is published; neither is changed nor kept
   */
  default void answered(
      Measurement measurement, org.deftstream.schemas.avro.Reconstruction answer) {}

  /**
   * A measurement leaves as a dead letter.
   *
   * @param partition partition of the measurement, and of the dead letter
   * @param offset offset of the measurement
   * @param reason why
   */
  default void rejected(int partition, long offset, RejectedRecordException reason) {}
}
