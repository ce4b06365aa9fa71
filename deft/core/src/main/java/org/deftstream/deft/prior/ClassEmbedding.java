package org.deftstream.deft.prior;

/**
 * How a network is told the class of what it draws.
 *
 * @param kind what a label is
 * @param classes rows of the table of {@link Kind#TABLE}; 0 where not given
 */
public record ClassEmbedding(Kind kind, int classes) {

  /** What a label is. */
  public enum Kind {
    /** The network knows no classes. */
    NONE,
    /** A row of a table. */
    TABLE,
    /** A number that is embedded as the timestep is. */
    TIMESTEP,
    /** The embedding itself. */
    IDENTITY
  }
}
