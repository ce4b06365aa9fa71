package org.deftstream.deft.operator.tomography;

import org.deftstream.deft.linalg.SparseMatrix;

/**
 * The rays of a scan: line integrals of an image by Joseph's method, their exact adjoint, and the
 * back-projection of filtered views. Immutable and thread-safe.
 */
interface Projector {
  /** Number of rays: views times bins. */
  int rays();

  /**
   * Line integrals of each channel of an image, a new array of {@code rays * channels}.
   *
   * @param image channels last
   */
  float[] project(float[] image, int channels);

  /** The adjoint of {@link #project}, a new image. */
  float[] adjoint(float[] sinogram, int channels);

  /** The integral of filtered views over the angles, a new image. */
  float[] backProject(float[] filtered, int channels);

  /** {@link #project} of {@link SparseMatrix#LANES} interleaved images of one channel. */
  void projectLanes(float[] images, float[] sinograms);

  /** {@link #adjoint} of {@link SparseMatrix#LANES} interleaved sinograms of one channel. */
  void adjointLanes(float[] sinograms, float[] images);
}
