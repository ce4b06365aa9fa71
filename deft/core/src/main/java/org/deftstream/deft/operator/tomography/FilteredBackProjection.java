package org.deftstream.deft.operator.tomography;

/**
 * Filtered back-projection of a scan's views: the surrogate of the inverse that everybody uses.
 * Linear; exact for many views of an object that the detector sees all of. Immutable and
 * thread-safe.
 */
final class FilteredBackProjection {
  private final ScanGeometry geometry;
  private final Projector projector;
  private final RampFilter filter;

  FilteredBackProjection(ScanGeometry geometry, Projector projector, RampFilter.Window window) {
    this.geometry = geometry;
    this.projector = projector;
    filter =
        new RampFilter(geometry.bins(), geometry.filterSpacing(), geometry::filterFactor, window);
  }

  /**
   * The image of a sinogram.
   *
   * @param sinogram views x bins x channels
   */
  float[] of(float[] sinogram, int channels) {
    var weighted = sinogram.clone();
    for (int i = 0; i < weighted.length; i++) {
      weighted[i] *= (float) geometry.binWeight(i / channels % geometry.bins());
    }
    return projector.backProject(filter.apply(weighted, channels), channels);
  }
}
