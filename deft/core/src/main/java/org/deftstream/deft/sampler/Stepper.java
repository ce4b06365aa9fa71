package org.deftstream.deft.sampler;

/**
 * The solver of one trajectory. May remember earlier steps, so each trajectory has its own and one
 * thread at a time uses it.
 */
public interface Stepper {
  /**
   * Moves the trajectory to the target of a step, in place.
   *
   * @param x the state x_t; holds x_s afterwards, which is the clean estimate at the last step
   * @param noise the corrected noise {@code e = eps + h}
   * @param fresh z, standard normal; not looked at where {@link StepWeights#fresh} is 0
   * @param step where the step begins and ends, and how DDIM would take it
   */
  void apply(float[] x, float[] noise, float[] fresh, StepWeights step);

  /** The solver that the settings ask for, at the start of a trajectory. */
  static Stepper of(SamplerSettings settings) {
    return switch (settings.solver()) {
      case DDIM -> DdimStep::apply;
      case DPMPP_2M -> new DpmSolverStep(settings.noiseLevel());
    };
  }
}
