package org.deftstream.deft.sampler;

import org.deftstream.deft.sampler.SamplerSettings.Init;

/** Where a trajectory begins. Stateless and thread-safe. */
public final class InitialState {
  private InitialState() {}

  /**
   * The state at the first timestep, in a new array: noise z, or {@code sqrt(a) A^+ y + sqrt(1 - a)
   * z} with {@code a = alphaBar} there.
   *
   * @param size values of an image
   * @param alphaBar of the first timestep
   * @param pseudoInverse {@code A^+ y} or its surrogate; not looked at where settings start from
   *     noise
   */
  public static float[] of(
      SamplerSettings settings,
      CounterNoise noise,
      int size,
      double alphaBar,
      float[] pseudoInverse) {
    var x = new float[size];
    noise.fill(x, CounterNoise.INITIAL);
    if (settings.init() == Init.PSEUDO_INVERSE) {
      double signal = Math.sqrt(alphaBar);
      double spread = Math.sqrt(1 - alphaBar);
      for (int i = 0; i < size; i++) {
        x[i] = (float) (signal * pseudoInverse[i] + spread * x[i]);
      }
    }
    return x;
  }
}
