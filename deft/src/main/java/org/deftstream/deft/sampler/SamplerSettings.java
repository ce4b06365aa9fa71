package org.deftstream.deft.sampler;

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

  /** Spacing of the timesteps. */
  public enum TimeGrid {
    UNIFORM,
    QUADRATIC
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
        + grid.name().toLowerCase(java.util.Locale.ROOT)
        + " "
        + noise.name().toLowerCase(java.util.Locale.ROOT)
        + "="
        + noiseLevel
        + " samples="
        + samples;
  }
}
