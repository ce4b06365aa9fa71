package org.deftstream.deft.sampler;

import org.deftstream.deft.schedule.NoiseSchedule;

/** The timesteps at which a trajectory evaluates the prior. Stateless and thread-safe. */
public final class TimeSteps {
  private TimeSteps() {}

  /**
   * The timesteps in the order of evaluation, strictly descending to 0; a single step starts where
   * the others would. The target of each step is the next timestep, and of the last one -1, the
   * clean image.
   *
   * @return {@code settings.steps()} timesteps in [0, start N - 1]
   * @throws IllegalArgumentException if more steps are asked for than the schedule has up to the
   *     start
   */
  public static int[] of(SamplerSettings settings, NoiseSchedule schedule) {
    int steps = settings.steps();
    int count = (int) Math.max(1, Math.round(settings.start() * schedule.steps()));
    int last = count - 1;
    if (steps > count) {
      String which = settings.start() < 1 ? " up to start " + settings.start() : "";
      throw new IllegalArgumentException(
          "steps must be at most " + count + ", those of the prior" + which + ", got " + steps);
    }
    var ascending = new int[steps];
    for (int i = 0; i < steps; i++) {
      double part = steps == 1 ? 1 : (double) i / (steps - 1);
      ascending[i] =
          switch (settings.grid()) {
            case UNIFORM -> steps == 1 ? last : (int) ((long) i * count / steps);
            case QUADRATIC -> (int) Math.round(last * part * part);
            case ROOT -> (int) Math.round(last * Math.sqrt(part));
            case LOG_SNR -> atLogSnr(schedule, last, part);
          };
    }
    separate(ascending, last);
    var descending = new int[steps];
    for (int i = 0; i < steps; i++) {
      descending[i] = ascending[steps - 1 - i];
    }
    return descending;
  }

  /** The target of the step at an index of {@link #of}: the next timestep, or -1 after the last. */
  public static int target(int[] timesteps, int index) {
    return index + 1 < timesteps.length ? timesteps[index + 1] : -1;
  }

  /** The timestep of [0, last] that is nearest to a part of the way in half the log SNR. */
  private static int atLogSnr(NoiseSchedule schedule, int last, double part) {
    double from = DpmSolverStep.halfLogSnr(schedule.alphaBar(0));
    double to = DpmSolverStep.halfLogSnr(schedule.alphaBar(last));
    double wanted = from + (to - from) * part;
    int low = 0;
    int high = last;
    while (high - low > 1) {
      int middle = (low + high) >>> 1;
      if (DpmSolverStep.halfLogSnr(schedule.alphaBar(middle)) >= wanted) {
        low = middle;
      } else {
        high = middle;
      }
    }
    double before = DpmSolverStep.halfLogSnr(schedule.alphaBar(low)) - wanted;
    double behind = wanted - DpmSolverStep.halfLogSnr(schedule.alphaBar(high));
    return before <= behind ? low : high;
  }

  /** Moves timesteps that rounding made equal apart, as little as is needed. */
  private static void separate(int[] ascending, int last) {
    for (int i = 1; i < ascending.length; i++) {
      ascending[i] = Math.max(ascending[i], ascending[i - 1] + 1);
    }
    int most = last;
    for (int i = ascending.length - 1; i >= 0; i--) {
      ascending[i] = Math.min(ascending[i], most);
      most = ascending[i] - 1;
    }
  }
}
