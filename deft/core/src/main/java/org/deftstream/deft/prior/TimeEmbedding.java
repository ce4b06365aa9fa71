package org.deftstream.deft.prior;

/**
 * How a network is told the timestep.
 *
 * @param kind what the timestep is first turned into
 * @param width length of the embedding that the residual blocks see
 * @param freqShift of {@link Kind#POSITIONAL}: subtracted from half the length in the exponents
 * @param flipSinToCos of {@link Kind#POSITIONAL}: cosines come first
 * @param trainTimesteps of {@link Kind#LEARNED}: rows of the table; 0 where not given
 */
public record TimeEmbedding(
    Kind kind, int width, double freqShift, boolean flipSinToCos, int trainTimesteps) {

  /** What the timestep is first turned into. */
  public enum Kind {
    /** Sines and cosines of the timestep at fixed frequencies. */
    POSITIONAL,
    /**
     * Sines and cosines of its logarithm at stored frequencies; the output is divided by the
     * timestep, which is a noise level here and must be above 0.
     */
    FOURIER,
    /** A row of a table. */
    LEARNED
  }
}
