package org.deftstream.deft.training;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.deftstream.deft.schedule.NoiseSchedule;

/**
 * The noisier states that a trajectory came through before it reached x_t, by the forward process:
 * {@code x_s = sqrt(r) x_t + sqrt(1 - r) z} with {@code r = alphaBar_s / alphaBar_t}. Given x_t
 * they say nothing more of the image, so what is estimated from them is a hint and no new
 * knowledge: with or without it the best answer at x_t is {@code E[x0 | x_t, y]}. Stateless.
 */
final class EarlierStates {
  /** So many states are looked back at most. */
  static final int LONGEST = 4;

  /** States are as far apart as on uniform grids of so many steps, all equally likely. */
  private static final int FEWEST_STEPS = 3;

  private static final int MOST_STEPS = 25;

  private EarlierStates() {}

  /** A state and its timestep. */
  record State(float[] x, int t) {}

  /**
   * Draws the states before one.
   *
   * @return the next noisier one first; fewer than {@link #LONGEST} where a grid would not have
   *     them
   */
  static List<State> of(float[] xt, int t, NoiseSchedule schedule, SplittableRandom random) {
    int steps = random.nextInt(FEWEST_STEPS, MOST_STEPS + 1);
    int gap = Math.max(1, schedule.steps() / steps);
    var states = new ArrayList<State>();
    float[] x = xt;
    for (int at = t; states.size() < LONGEST && at + gap < schedule.steps(); at += gap) {
      double ratio = schedule.alphaBar(at + gap) / schedule.alphaBar(at);
      x = noisier(x, ratio, random);
      states.add(new State(x, at + gap));
    }
    return states;
  }

  private static float[] noisier(float[] x, double ratio, SplittableRandom random) {
    double signal = Math.sqrt(ratio);
    double noise = Math.sqrt(1 - ratio);
    var next = new float[x.length];
    for (int i = 0; i < x.length; i++) {
      next[i] = (float) (signal * x[i] + noise * random.nextGaussian());
    }
    return next;
  }
}
