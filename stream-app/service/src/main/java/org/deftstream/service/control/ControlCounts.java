package org.deftstream.service.control;

/**
 * What went wrong with adapters on an instance since its start. Immutable.
 *
 * @param refused how often something that was asked for was refused, canaries that were rolled back
 *     included
 * @param rolledBack how many canaries the serve-time guard has rolled back
 */
public record ControlCounts(long refused, long rolledBack) {
  /** Nothing has gone wrong. */
  public static final ControlCounts NONE = new ControlCounts(0, 0);
}
