package org.deftstream.deft.sampler;

import org.deftstream.deft.sampler.SamplerSettings.Init;

/** Where a trajectory begins. Stateless and thread-safe. */
public final class InitialState {
  private InitialState() {}

  /**
   * The state at the first timestep, in a new array: noise z, or {@code sqrt(a) x + sqrt(1 - a) z}
   * with {@code a = alphaBar} there.
   *
   * @param size values of an image
   * @param alphaBar of the first timestep
   * @param image x, what {@link Init} asks for; not looked at where settings start from noise
   */
  public static float[] of(
      SamplerSettings settings, CounterNoise noise, int size, double alphaBar, float[] image) {
    var x = new float[size];
    noise.fill(x, CounterNoise.INITIAL);
    if (settings.init() != Init.NOISE) {
      double signal = Math.sqrt(alphaBar);
      double spread = Math.sqrt(1 - alphaBar);
      for (int i = 0; i < size; i++) {
        x[i] = (float) (signal * image[i] + spread * x[i]);
      }
    }
    return x;
  }
}
