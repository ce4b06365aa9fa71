package org.deftstream.deft.evaluation;

/** Told how far an evaluation is. Called by the evaluating thread. */
public interface EvaluationProgress {
  /**
   * A method begins on a set of measurements.
   *
   * @param number of this piece of work, from 1
   * @param of pieces in the plan
   * @param known measurements whose results were there before
   * @param total measurements
   */
  void begin(String task, String method, int number, int of, int known, int total);

  /** So many of its measurements are finished. */
  void done(int finished, int total);

  /** The piece of work is finished. */
  void end();
}
