package org.deftstream.deft.operator.tomography;

import java.util.Arrays;
import org.deftstream.deft.operator.MeasurementRange;
import org.deftstream.deft.operator.RayNoise;

/**
 * The rays of one scan, with their noise, and what is computed of both in advance. Images are
 * channels last, in [-1, 1]; measurements views x bins, and x channels where there are several, in
 * units of image value times length. Immutable and thread-safe.
 */
final class ScanModel {
  /** Matrices of more bytes are not kept. */
  private static final long MOST_STORED = 64L << 20;

  private final ScanGeometry geometry;
  private final Projector projector;
  private final RayNoise noise;
  private final FilteredBackProjection inverse;
  private final ScanProximal solver;
  private final float[] backgroundOffset;
  private final MeasurementRange range;

  /**
   * A model.
   *
   * @param noise of the rays of the projector
   * @param projector of the rays of the geometry
   */
  ScanModel(ScanGeometry geometry, RampFilter.Window window, RayNoise noise, Projector projector) {
    this.geometry = geometry;
    this.projector = projector;
    this.noise = noise;
    inverse = new FilteredBackProjection(geometry, projector, window);
    solver = new ScanProximal(geometry, projector);
    var ones = new float[geometry.shape().size()];
    Arrays.fill(ones, 1);
    var paths = measure(ones);
    float longest = 0;
    for (float path : paths) {
      longest = Math.max(longest, path);
    }
    range = noise.reach(MeasurementRange.symmetric(longest));
    backgroundOffset = filtered(paths);
    for (int i = 0; i < backgroundOffset.length; i++) {
      backgroundOffset[i] -= 1;
    }
  }

  /** A matrix where it is small, else the rays themselves. */
  static Projector projector(ScanGeometry geometry) {
    return geometry instanceof ParallelBeamGeometry parallel
            && StoredProjector.bytes(parallel) <= MOST_STORED
        ? new StoredProjector(parallel)
        : new RayProjector(geometry);
  }

  ScanGeometry geometry() {
    return geometry;
  }

  Projector projector() {
    return projector;
  }

  RayNoise noise() {
    return noise;
  }

  ScanProximal solver() {
    return solver;
  }

  /** The longest path through an image of -1 or 1, and what noise adds to it. */
  MeasurementRange range() {
    return range;
  }

  /** Line integrals. */
  float[] measure(float[] image) {
    return projector.project(image, channels());
  }

  /** Filtered back-projection, linear. */
  float[] filtered(float[] measurement) {
    return inverse.of(measurement, channels());
  }

  /** Filtered back-projection of the attenuation: {@code FBP(y + A 1) - 1}. */
  float[] pseudoInverse(float[] measurement) {
    return sum(filtered(measurement), backgroundOffset);
  }

  private int channels() {
    return geometry.shape().channels();
  }

  /** Into the first of both. */
  static float[] sum(float[] a, float[] b) {
    for (int i = 0; i < a.length; i++) {
      a[i] += b[i];
    }
    return a;
  }
}
