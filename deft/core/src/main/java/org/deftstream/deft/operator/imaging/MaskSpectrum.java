package org.deftstream.deft.operator.imaging;

import org.deftstream.deft.operator.SpectralForm;

/**
 * The singular value decomposition of a mask: U and V are the identity, so images are their own
 * coordinates. Immutable and thread-safe.
 *
 * @param mask 1 for each value of an image that was measured, 0 for the others
 */
record MaskSpectrum(float[] mask) implements SpectralForm {
  @Override
  public float[] singularValues() {
    return mask.clone();
  }

  @Override
  public float[] imageToSpectral(float[] image) {
    return image.clone();
  }

  @Override
  public float[] spectralToImage(float[] coordinates) {
    return coordinates.clone();
  }

  @Override
  public float[] measurementToSpectral(float[] measurement) {
    var out = measurement.clone();
    for (int i = 0; i < out.length; i++) {
      if (mask[i] == 0) {
        out[i] = 0;
      }
    }
    return out;
  }
}
