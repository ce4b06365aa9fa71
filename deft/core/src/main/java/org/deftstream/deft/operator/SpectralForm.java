package org.deftstream.deft.operator;

/**
 * The singular value decomposition {@code A = U S V^T} of a linear operator, as DDRM needs it.
 * Vectors in image space have as many spectral coordinates as the image has values; coordinates
 * past the rank have the singular value 0. Immutable and thread-safe.
 */
public interface SpectralForm {
  /** Singular values, one for each spectral coordinate of an image, 0 outside the rank. */
  float[] singularValues();

  /** {@code V^T x}: an image in spectral coordinates. */
  float[] imageToSpectral(float[] image);

  /** {@code V c}: spectral coordinates back to an image. */
  float[] spectralToImage(float[] coordinates);

  /**
   * {@code U^T y}, one value for each spectral coordinate of an image; 0 where the singular value
   * is 0.
   */
  float[] measurementToSpectral(float[] measurement);
}
