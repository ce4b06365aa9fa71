package org.deftstream.deft.htransform;

import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.prior.Prior;
import org.deftstream.deft.prior.Tiling;
import org.deftstream.deft.schedule.NoiseSchedule;

/** The exact prior of images whose values are independent and alike, at any size. */
record IndependentPixels(ImageShape imageShape, double mean, double variance, Tiling tiling)
    implements Prior {
  @Override
  public String name() {
    return "independent";
  }

  @Override
  public String fingerprint() {
    return "cd".repeat(32);
  }

  @Override
  public NoiseSchedule schedule() {
    return NoiseSchedule.linear(1000, 1e-4, 2e-2);
  }

  @Override
  public long parameters() {
    return 2;
  }

  @Override
  public String device() {
    return "closed form";
  }

  @Override
  public float[] predictNoise(float[] xt, int[] timesteps) {
    return predictNoise(xt, timesteps, imageShape);
  }

  @Override
  public float[] predictNoise(float[] xt, int[] timesteps, ImageShape row) {
    var eps = new float[xt.length];
    for (int i = 0; i < xt.length; i++) {
      double a = schedule().alphaBar(timesteps[i / row.size()]);
      double clean = (mean * (1 - a) + variance * Math.sqrt(a) * xt[i]) / (1 - a + variance * a);
      eps[i] = (float) ((xt[i] - Math.sqrt(a) * clean) / Math.sqrt(1 - a));
    }
    return eps;
  }

  @Override
  public void close() {}
}
