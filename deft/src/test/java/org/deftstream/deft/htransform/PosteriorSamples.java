package org.deftstream.deft.htransform;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.deftstream.deft.operator.BoundMeasurement;
import org.deftstream.deft.prior.Prior;
import org.deftstream.deft.sampler.CounterNoise;
import org.deftstream.deft.sampler.DdimStep;
import org.deftstream.deft.sampler.SamplerSettings;
import org.deftstream.deft.sampler.TimeSteps;

/** All the posterior samples of one measurement, in lock step: the method in one short loop. */
final class PosteriorSamples {
  private PosteriorSamples() {}

  static float[][] draw(
      Prior prior,
      HTransform hTransform,
      BoundMeasurement measurement,
      SamplerSettings settings,
      String id) {
    int n = prior.imageShape().size();
    int count = settings.samples();
    var schedule = prior.schedule();
    var x = new float[count][n];
    var noise = new CounterNoise[count];
    for (int k = 0; k < count; k++) {
      noise[k] = CounterNoise.of(id, k, settings.describe());
      noise[k].fill(x[k], CounterNoise.INITIAL);
    }
    int[] timesteps = TimeSteps.of(settings, schedule);
    var fresh = new float[n];
    for (int i = 0; i < timesteps.length; i++) {
      int t = timesteps[i];
      double a = schedule.alphaBar(t);
      double b = schedule.alphaBar(TimeSteps.target(timesteps, i));
      var all = new int[count];
      Arrays.fill(all, t);
      var predicted = prior.predictNoise(flat(x), all);
      var rows = new ArrayList<StepRow>();
      for (int k = 0; k < count; k++) {
        var eps = Arrays.copyOfRange(predicted, k * n, (k + 1) * n);
        rows.add(new StepRow(x[k], eps, DdimStep.clean(x[k], eps, a), t, a, measurement));
      }
      List<float[]> h = hTransform.correct(rows);
      for (int k = 0; k < count; k++) {
        var corrected = rows.get(k).eps();
        for (int j = 0; j < n; j++) {
          corrected[j] += h.get(k)[j];
        }
        if (DdimStep.freshNoise(settings, a, b) > 0) {
          noise[k].fill(fresh, t);
        }
        DdimStep.apply(x[k], corrected, fresh, settings, a, b);
      }
    }
    return x;
  }

  private static float[] flat(float[][] rows) {
    var out = new float[rows.length * rows[0].length];
    for (int k = 0; k < rows.length; k++) {
      System.arraycopy(rows[k], 0, out, k * rows[0].length, rows[0].length);
    }
    return out;
  }
}
