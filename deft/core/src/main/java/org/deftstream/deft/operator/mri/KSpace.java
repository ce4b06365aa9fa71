package org.deftstream.deft.operator.mri;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** Where an MRI scan samples the spatial frequencies of an image. Immutable and thread-safe. */
interface KSpace {
  /** Number of readouts: lines or spokes. */
  int readouts();

  /** Samples of a readout. */
  int samples();

  /**
   * Samples a complex image, in units where the fully sampled transform is unitary unless the
   * convention says otherwise. May change its first two arguments.
   */
  void measure(double[] real, double[] imaginary, double[] sampleReal, double[] sampleImaginary);

  /**
   * The adjoint of {@link #measure}, into images that held zeros. May change its first two
   * arguments.
   */
  void adjoint(double[] sampleReal, double[] sampleImaginary, double[] real, double[] imaginary);

  /** Density compensation: the area of k-space that a sample stands for; 1 on the full grid. */
  double weight(int sample);

  /** Whether a sample was measured; what a record holds of others is ignored. */
  default boolean sampled(int sample) {
    return true;
  }

  /** Number of samples that were measured, at least 1. */
  default int sampledCount() {
    return readouts() * samples();
  }

  /** A sample of the record in units of the unitary transform's. */
  default double scale() {
    return 1;
  }

  /** Where a sample lies along the rows' axis, in cycles per field of view. */
  double rowFrequency(int sample);

  /** Where a sample lies along the columns' axis, in cycles per field of view. */
  double columnFrequency(int sample);

  /** Adds its fields to a specification. */
  void describe(ObjectNode spec);
}
