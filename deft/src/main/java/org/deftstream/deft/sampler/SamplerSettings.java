package org.deftstream.deft.sampler;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.deftstream.deft.text.JsonFields;

/**
 * How a posterior sample is drawn. Immutable.
 *
 * @param steps evaluations of the prior per sample, 1 to N
 * @param grid spacing of the timesteps
 * @param noise how much fresh noise a step adds, and by which rule
 * @param noiseLevel eta of {@link NoiseRule#ETA} or zeta of {@link NoiseRule#ZETA}, in [0, 1]
 * @param samples posterior samples K per measurement; their mean and standard deviation are the
 *     answer
 */
public record SamplerSettings(
    int steps, TimeGrid grid, NoiseRule noise, double noiseLevel, int samples) {

  /** Spacing of the timesteps; i runs from 0 to steps - 1. */
  public enum TimeGrid {
    /** {@code t_i = floor(i N / steps)}: 0, 10, ..., 990. DEFT's. */
    UNIFORM,
    /** {@code t_i ~ i^2}, up to N - 1: dense at the clean end (DDIM, appendix D.2). */
    QUADRATIC,
    /** {@code t_i ~ sqrt(i)}, up to N - 1: dense at the noisy end. What DiffPIR calls quadratic. */
    ROOT
  }

  /** How the noise of the next state splits into predicted and fresh noise. */
  public enum NoiseRule {
    /** DDIM: fresh part {@code eta sqrt((1 - a/b)(1 - b)/(1 - a))} (Song et al., eq. 16). */
    ETA,
    /** DiffPIR: fresh part {@code sqrt(zeta (1 - b))} (Zhu et al., eq. 14). */
    ZETA
  }

  public SamplerSettings {
    if (steps < 1) {
      throw new IllegalArgumentException("steps must be at least 1, got " + steps);
    }
    if (!(noiseLevel >= 0 && noiseLevel <= 1)) {
      throw new IllegalArgumentException("noise level must be in [0, 1], got " + noiseLevel);
    }
    if (samples < 1) {
      throw new IllegalArgumentException("samples must be at least 1, got " + samples);
    }
  }

  /** The settings in one line, as they enter seeds and provenance: {@code ddim steps=20 ...}. */
  public String describe() {
    return "ddim steps="
        + steps
        + " grid="
        + label(grid)
        + " "
        + label(noise)
        + "="
        + noiseLevel
        + " samples="
        + samples;
  }

  /**
   * Reads {@code {"steps": 50, "grid": "quadratic", "noise": "zeta", "noiseLevel": 0.3, "samples":
   * 1}}. May be left out: {@code grid}, uniform; {@code noise}, eta; {@code samples}, 1.
   *
   * @param where what messages call the object
   * @throws IllegalArgumentException one line that names the field that is wrong, unknown or
   *     missing
   */
  public static SamplerSettings fromJson(JsonNode json, String where) {
    var fields = JsonFields.of(json, where);
    var settings =
        new SamplerSettings(
            fields.integer("steps", 1, 1_000_000),
            choice(fields, "grid", TimeGrid.UNIFORM),
            choice(fields, "noise", NoiseRule.ETA),
            fields.within("noiseLevel", 0, 1),
            fields.integer("samples", 1, 1_000_000, 1));
    fields.refuseUnknown();
    return settings;
  }

  /** Writes what {@link #fromJson} reads, every field stated. */
  public ObjectNode toJson() {
    return JsonNodeFactory.instance
        .objectNode()
        .put("steps", steps)
        .put("grid", label(grid))
        .put("noise", label(noise))
        .put("noiseLevel", noiseLevel)
        .put("samples", samples);
  }

  private static <E extends Enum<E>> E choice(JsonFields fields, String name, E absent) {
    if (!fields.has(name)) {
      return absent;
    }
    var type = absent.getDeclaringClass();
    var labels =
        Arrays.stream(type.getEnumConstants())
            .map(SamplerSettings::label)
            .collect(Collectors.toSet());
    return Enum.valueOf(type, fields.choice(name, labels).toUpperCase(Locale.ROOT));
  }

  private static String label(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
