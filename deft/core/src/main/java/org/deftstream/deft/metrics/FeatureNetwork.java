package org.deftstream.deft.metrics;

import java.util.List;
import org.deftstream.deft.image.ImageShape;

/**
 * A small classifier in whose penultimate layer distributions of images are compared. Thread-safe;
 * closed by whoever opened it.
 */
public interface FeatureNetwork extends AutoCloseable {
  /** Name and checksum of the weights, for the record: distances compare only within one. */
  String fingerprint();

  /** Shape of the images that it takes. */
  ImageShape imageShape();

  /** Length of a feature vector. */
  int dimension();

  /**
   * Features of images, evaluated in batches.
   *
   * @param images flat, channels last; clipped to [-1, 1] here, as they would be to be shown
   * @return one vector for each image, in their order
   */
  List<float[]> features(List<float[]> images);

  @Override
  void close();
}
