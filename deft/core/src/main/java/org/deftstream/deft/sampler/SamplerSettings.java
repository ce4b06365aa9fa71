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
 * @param solver how one state follows from the last; {@link Solver#DPMPP_2M} goes with {@link
 *     NoiseRule#ETA} only
 * @param init what a trajectory starts from
 * @param start where it starts, as a fraction of the prior's timesteps, in (0, 1]; below 1 only
 *     from an image
 */
public record SamplerSettings(
    int steps,
    TimeGrid grid,
    NoiseRule noise,
    double noiseLevel,
    int samples,
    Solver solver,
    Init init,
    double start) {

  /** Most posterior samples that a specification may ask for: each is an image in memory. */
  public static final int MOST_SAMPLES = 256;

  /** Most steps that a specification may ask for. */
  public static final int MOST_STEPS = 10_000;

  /** Spacing of the timesteps; i runs from 0 to steps - 1. */
  public enum TimeGrid {
    /** {@code t_i = floor(i N / steps)}: 0, 10, ..., 990. DEFT's. */
    UNIFORM,
    /** {@code t_i ~ i^2}, up to N - 1: dense at the clean end (DDIM, appendix D.2). */
    QUADRATIC,
    /** {@code t_i ~ sqrt(i)}, up to N - 1: dense at the noisy end. What DiffPIR calls quadratic. */
    ROOT,
    /** Uniform in {@code ln(alphaBar / (1 - alphaBar))}, from N - 1 to 0. */
    LOG_SNR
  }

  /** How one state follows from the last. */
  public enum Solver {
    /** DDIM, of first order: {@link DdimStep}. */
    DDIM,
    /** DPM-Solver++(2M), of second order; with eta 1 SDE-DPM-Solver++(2M). */
    DPMPP_2M
  }

  /** What a trajectory starts from. */
  public enum Init {
    /** Pure noise. */
    NOISE,
    /** The pseudo-inverse of the measurement with the noise of the first timestep. */
    PSEUDO_INVERSE,
    /**
     * The smoothest image that agrees with the measurement, with the noise of the first timestep:
     * where a pseudo-inverse leaves holes, or is all noise. Linear operators only.
     */
    SMOOTHEST
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
    if (solver == Solver.DPMPP_2M && noise != NoiseRule.ETA) {
      throw new IllegalArgumentException(
          "solver " + label(solver) + " goes with noise eta, got " + label(noise));
    }
    if (!(start > 0 && start <= 1)) {
      throw new IllegalArgumentException("start must be in (0, 1], got " + start);
    }
    if (init == Init.NOISE && start != 1) {
      throw new IllegalArgumentException(
          "start must be 1 where init is noise: only a noised image (pseudo-inverse, smoothest) can start later; got "
              + start);
    }
  }

  /** DDIM from pure noise. */
  public SamplerSettings(
      int steps, TimeGrid grid, NoiseRule noise, double noiseLevel, int samples) {
    this(steps, grid, noise, noiseLevel, samples, Solver.DDIM, Init.NOISE, 1);
  }

  /** These settings with another number of steps. */
  public SamplerSettings withSteps(int value) {
    return new SamplerSettings(value, grid, noise, noiseLevel, samples, solver, init, start);
  }

  /** These settings with another amount of fresh noise. */
  public SamplerSettings withNoiseLevel(double value) {
    return new SamplerSettings(steps, grid, noise, value, samples, solver, init, start);
  }

  /** These settings with another number of samples. */
  public SamplerSettings withSamples(int value) {
    return new SamplerSettings(steps, grid, noise, noiseLevel, value, solver, init, start);
  }

  /**
   * The settings in one line, as they enter seeds and provenance: {@code ddim steps=20 ...}. What
   * is said about the start is left out where it is pure noise, so that a description, and with it
   * a seed, stays what it was before there was a choice.
   */
  public String describe() {
    String drawn =
        label(solver)
            + " steps="
            + steps
            + " grid="
            + label(grid)
            + " "
            + label(noise)
            + "="
            + noiseLevel
            + " samples="
            + samples;
    return init == Init.NOISE ? drawn : drawn + " init=" + label(init) + " start=" + start;
  }

  /**
   * Reads {@code {"steps": 50, "grid": "quadratic", "noise": "zeta", "noiseLevel": 0.3, "samples":
   * 1}}. May be left out: {@code grid}, uniform; {@code noise}, eta; {@code samples}, 1; {@code
   * solver}, ddim; {@code init}, noise; {@code start}, 1.
   *
   * @param where what messages call the object
   * @throws IllegalArgumentException one line that names the field that is wrong, unknown or
   *     missing
   */
  public static SamplerSettings fromJson(JsonNode json, String where) {
    var fields = JsonFields.of(json, where);
    int steps = fields.integer("steps", 1, MOST_STEPS);
    var grid = choice(fields, "grid", TimeGrid.UNIFORM);
    var noise = choice(fields, "noise", NoiseRule.ETA);
    double level = fields.within("noiseLevel", 0, 1);
    int samples = fields.integer("samples", 1, MOST_SAMPLES, 1);
    var solver = choice(fields, "solver", Solver.DDIM);
    var init = choice(fields, "init", Init.NOISE);
    double start = fields.number("start", 1);
    fields.refuseUnknown();
    try {
      return new SamplerSettings(steps, grid, noise, level, samples, solver, init, start);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(where + ": " + e.getMessage(), e);
    }
  }

  /**
   * Writes what {@link #fromJson} reads; {@code solver}, {@code init} and {@code start} where they
   * are not what they are when left out, so that an older instance can read what it can do.
   */
  public ObjectNode toJson() {
    var json =
        JsonNodeFactory.instance
            .objectNode()
            .put("steps", steps)
            .put("grid", label(grid))
            .put("noise", label(noise))
            .put("noiseLevel", noiseLevel)
            .put("samples", samples);
    if (solver != Solver.DDIM) {
      json.put("solver", label(solver));
    }
    if (init != Init.NOISE) {
      json.put("init", label(init)).put("start", start);
    }
    return json;
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
    return Enum.valueOf(
        type, fields.choice(name, labels).toUpperCase(Locale.ROOT).replace('-', '_'));
  }

  private static String label(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
