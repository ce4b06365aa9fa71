package org.deftstream.deft.annealing;

/**
 * How DAPS anneals. Immutable.
 *
 * @param levels levels of noise, at least 1; the paper uses 50 to 200
 * @param odeSteps evaluations of the prior at each, for the reverse equation; 2 to 10 in the paper
 * @param langevinSteps steps of Langevin's dynamics at each, at least 1; 100 in the paper
 * @param stepSize of these, in units of the inverse of the steepest curvature, above 0 and below 2,
 *     where they become unstable. The paper states one length for all levels; a length that goes
 *     with the curvature is never too long, and each level has its own
 * @param batch measurements that share a call of the prior, at least 1
 */
public record DapsSettings(
    int levels, int odeSteps, int langevinSteps, double stepSize, int batch) {
  public DapsSettings {
    require("levels", levels);
    require("ode steps", odeSteps);
    require("langevin steps", langevinSteps);
    require("batch", batch);
    if (!(stepSize > 0 && stepSize < 2)) {
      throw new IllegalArgumentException(
          "daps: step size must be above 0 and below 2, got " + stepSize);
    }
  }

  private static void require(String name, int value) {
    if (value < 1) {
      throw new IllegalArgumentException("daps: " + name + " must be at least 1, got " + value);
    }
  }

  /** Evaluations of the prior for one image. */
  public int evaluations() {
    return levels * odeSteps;
  }

  /**
   * The settings in one line, as they enter seeds and reports. Without the batch, which has no
   * effect on the answer.
   */
  public String describe() {
    return "daps levels=%d ode=%d langevin=%d step=%s"
        .formatted(levels, odeSteps, langevinSteps, stepSize);
  }
}
