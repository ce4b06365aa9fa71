package org.deftstream.deft.training;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.prior.Prior;
import org.deftstream.deft.prior.TiledPrior;
import org.deftstream.deft.sampler.CounterNoise;
import org.deftstream.deft.sampler.DdimStep;
import org.deftstream.deft.sampler.SamplerSettings;
import org.deftstream.deft.sampler.TimeSteps;

/** Unconditional samples of a prior, to look at what it has learned. */
public final class PriorSamples {
  private PriorSamples() {}

  /**
   * Draws samples, all in one batch.
   *
   * @param count number of images
   * @param seed names the samples: the same seed gives the same images
   * @return images, flat, channels last
   */
  public static List<float[]> draw(Prior prior, SamplerSettings sampler, int count, String seed) {
    return draw(prior, prior.imageShape(), sampler, count, 0, seed);
  }

  /**
   * Draws samples of a shape that the prior's tiling takes.
   *
   * @param first number of the first sample: sample i of a seed is the same image, whatever is
   *     drawn beside it
   */
  static List<float[]> draw(
      Prior prior, ImageShape image, SamplerSettings sampler, int count, int first, String seed) {
    int size = image.size();
    var schedule = prior.schedule();
    var states = new ArrayList<float[]>();
    var noises = new ArrayList<CounterNoise>();
    for (int i = 0; i < count; i++) {
      var noise = CounterNoise.of(seed + "-" + (first + i), 0, sampler.describe());
      var x = new float[size];
      noise.fill(x, CounterNoise.INITIAL);
      noises.add(noise);
      states.add(x);
    }
    int[] timesteps = TimeSteps.of(sampler, schedule);
    var clean = new ArrayList<float[]>(states);
    var fresh = new float[size];
    for (int k = 0; k < timesteps.length; k++) {
      int t = timesteps[k];
      int next = TimeSteps.target(timesteps, k);
      float[] eps = predict(prior, image, states, t);
      for (int i = 0; i < count; i++) {
        float[] x = states.get(i);
        float[] e = Arrays.copyOfRange(eps, i * size, (i + 1) * size);
        double alphaBar = schedule.alphaBar(t);
        clip(x, e, alphaBar);
        clean.set(i, DdimStep.clean(x, e, alphaBar));
        noises.get(i).fill(fresh, k);
        DdimStep.apply(x, e, fresh, sampler, alphaBar, schedule.alphaBar(next));
      }
    }
    return clean;
  }

  private static float[] predict(Prior prior, ImageShape image, List<float[]> states, int t) {
    int size = image.size();
    var batch = new float[states.size() * size];
    var timesteps = new int[states.size()];
    for (int i = 0; i < timesteps.length; i++) {
      System.arraycopy(states.get(i), 0, batch, i * size, size);
      timesteps[i] = t;
    }
    return TiledPrior.predictNoise(prior, batch, timesteps, image, t);
  }

  /** Moves the predicted noise so that the Tweedie estimate lies in [-1, 1]. */
  private static void clip(float[] x, float[] eps, double alphaBar) {
    double signal = Math.sqrt(alphaBar);
    double noise = Math.sqrt(1 - alphaBar);
    for (int i = 0; i < x.length; i++) {
      double x0 = Math.max(-1, Math.min(1, (x[i] - noise * eps[i]) / signal));
      eps[i] = (float) ((x[i] - signal * x0) / noise);
    }
  }
}
