package org.deftstream.deft.htransform;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.deftstream.deft.operator.BoundMeasurement;
import org.deftstream.deft.prior.Prior;
import org.deftstream.deft.sampler.CounterNoise;
import org.deftstream.deft.sampler.DdimStep;
import org.deftstream.deft.sampler.InitialState;
import org.deftstream.deft.sampler.SamplerSettings;
import org.deftstream.deft.sampler.StepWeights;
import org.deftstream.deft.sampler.Stepper;
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
    int[] timesteps = TimeSteps.of(settings, schedule);
    var pseudoInverse = measurement.operator().pseudoInverse(measurement.measurement());
    var x = new float[count][];
    var noise = new CounterNoise[count];
    var steppers = new Stepper[count];
    var previous = new float[count][];
    for (int k = 0; k < count; k++) {
      noise[k] = CounterNoise.of(id, k, settings.describe());
      double first = schedule.alphaBar(timesteps[0]);
      x[k] = InitialState.of(settings, noise[k], n, first, pseudoInverse);
      steppers[k] = Stepper.of(settings);
    }
    for (int i = 0; i < timesteps.length; i++) {
      int t = timesteps[i];
      double a = schedule.alphaBar(t);
      double b = schedule.alphaBar(TimeSteps.target(timesteps, i));
      var step = StepWeights.of(settings, a, b);
      var all = new int[count];
      Arrays.fill(all, t);
      var predicted = prior.predictNoise(flat(x), all);
      var rows = new ArrayList<StepRow>();
      for (int k = 0; k < count; k++) {
        var eps = Arrays.copyOfRange(predicted, k * n, (k + 1) * n);
        var fresh = new float[n];
        noise[k].fill(fresh, t);
        var clean = DdimStep.clean(x[k], eps, a);
        rows.add(new StepRow(x[k], eps, clean, t, a, measurement, step, fresh, previous[k]));
      }
      List<float[]> h = hTransform.correct(rows);
      for (int k = 0; k < count; k++) {
        var corrected = rows.get(k).eps();
        for (int j = 0; j < n; j++) {
          corrected[j] += h.get(k)[j];
        }
        previous[k] = DdimStep.clean(x[k], corrected, a);
        steppers[k].apply(x[k], corrected, rows.get(k).fresh(), step);
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
