package org.deftstream.service.control;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;

/**
 * The residuals that an adapter left in its validation, in units of the noise: the manifest's
 * {@code validation.residual.low} and {@code .high}.
 *
 * @param low the least, inclusive
 * @param high the largest, inclusive
 */
public record ResidualRange(double low, double high) {
  /**
   * The range of a manifest's validation figures.
   *
   * @param validation the figures
   * @param sampler the sampler that serves, in its canonical line
   * @return empty if they state none, or were taken with another sampler or number of samples,
   *     which leaves other residuals
   */
  public static Optional<ResidualRange> of(JsonNode validation, String sampler) {
    var range = validation.path("residual");
    String validated = validation.path("sampler").asText(sampler);
    return range.path("low").isNumber()
            && range.path("high").isNumber()
            && validated.equals(sampler)
        ? Optional.of(
            new ResidualRange(range.path("low").asDouble(), range.path("high").asDouble()))
        : Optional.empty();
  }

  /** Whether a residual lies outside; empty if it is not known, where there is no noise level. */
  public Optional<Boolean> outside(double residual) {
    return Double.isNaN(residual)
        ? Optional.empty()
        : Optional.of(residual < low || residual > high);
  }
}
