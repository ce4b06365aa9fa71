package org.deftstream.devstack.instruments;

import java.util.List;
import org.deftstream.deft.image.ImageShape;

/**
 * What a method says of a scan. Immutable by agreement.
 *
 * @param method its name for people
 * @param image values in [-1, 1], or a little beyond
 * @param shape of the image; may be finer than that of the task
 * @param draws single samples, where they were drawn for the spread of a figure
 */
public record Estimate(String method, float[] image, ImageShape shape, List<float[]> draws) {
  /** One without single samples. */
  static Estimate of(String method, float[] image, ImageShape shape) {
    return new Estimate(method, image, shape, List.of());
  }
}
