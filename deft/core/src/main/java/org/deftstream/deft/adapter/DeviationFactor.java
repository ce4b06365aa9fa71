package org.deftstream.deft.adapter;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;

/**
 * The factor on the samples' standard deviation that an adapter's validation found: the manifest's
 * {@code validation.deviation.factor}. Stateless.
 */
public final class DeviationFactor {
  /** A manifest comes from a topic: a deviation that is widened more says nothing any more. */
  private static final double MOST = 100;

  private DeviationFactor() {}

  /**
   * The factor of a manifest's validation figures.
   *
   * @param validation the figures
   * @param sampler the sampler that serves, in its canonical line
   * @return empty if they state none that is a number above 0 and at most 100, or were taken with
   *     another sampler or number of samples, whose spread is another
   */
  public static Optional<Double> of(JsonNode validation, String sampler) {
    var factor = validation.path("deviation").path("factor");
    double value = factor.asDouble();
    boolean sound = factor.isNumber() && value > 0 && value <= MOST;
    return sound && validation.path("sampler").asText().equals(sampler)
        ? Optional.of(value)
        : Optional.empty();
  }
}
