package org.deftstream.deft.engine;

import java.util.ArrayList;
import java.util.List;
import org.deftstream.deft.htransform.StepRow;
import org.deftstream.deft.operator.BoundMeasurement;
import org.deftstream.deft.operator.Tikhonov;
import org.deftstream.deft.sampler.CounterNoise;
import org.deftstream.deft.sampler.DdimStep;
import org.deftstream.deft.sampler.InitialState;
import org.deftstream.deft.sampler.SamplerSettings.Init;
import org.deftstream.deft.sampler.StepWeights;
import org.deftstream.deft.sampler.Stepper;
import org.deftstream.deft.sampler.TimeSteps;

/** Samples one request after the other, one trajectory at a time: what the engine must equal. */
final class PlainSampling {
  private PlainSampling() {}

  /** All K samples of a request. */
  static List<float[]> samples(ReconstructionRequest request) {
    var samples = new ArrayList<float[]>();
    for (int k = 0; k < request.sampler().samples(); k++) {
      samples.add(sample(request, k));
    }
    return samples;
  }

  private static float[] initialImage(Init init, BoundMeasurement of) {
    return switch (init) {
      case NOISE -> null;
      case PSEUDO_INVERSE -> of.operator().pseudoInverse(of.measurement());
      case SMOOTHEST -> Tikhonov.reconstruct(of.operator(), of.measurement());
    };
  }

  private static float[] sample(ReconstructionRequest request, int index) {
    var prior = request.prior();
    var schedule = prior.schedule();
    var noise = CounterNoise.of(request.measurementId(), index, request.sampler().describe());
    var steps = TimeSteps.of(request.sampler(), schedule);
    var measurement = request.measurement();
    var x =
        InitialState.of(
            request.sampler(),
            noise,
            prior.imageShape().size(),
            schedule.alphaBar(steps[0]),
            initialImage(request.sampler().init(), measurement));
    var stepper = Stepper.of(request.sampler());
    float[] previous = null;
    for (int i = 0; i < steps.length; i++) {
      int t = steps[i];
      double a = schedule.alphaBar(t);
      double b = schedule.alphaBar(TimeSteps.target(steps, i));
      var step = StepWeights.of(request.sampler(), a, b);
      var eps = prior.predictNoise(x, new int[] {t});
      var z = new float[x.length];
      noise.fill(z, t);
      var row =
          new StepRow(
              x.clone(),
              eps.clone(),
              DdimStep.clean(x, eps, a),
              t,
              a,
              request.measurement(),
              step,
              z.clone(),
              previous);
      var h = request.hTransform().correct(List.of(row)).get(0);
      var corrected = new float[x.length];
      for (int j = 0; j < x.length; j++) {
        corrected[j] = eps[j] + h[j];
      }
      previous = DdimStep.clean(x, corrected, a);
      stepper.apply(x, corrected, z, step);
    }
    return x;
  }

  /** The mean of samples in double precision. */
  static double[] mean(List<float[]> samples) {
    var mean = new double[samples.get(0).length];
    for (var sample : samples) {
      for (int i = 0; i < mean.length; i++) {
        mean[i] += sample[i] / (double) samples.size();
      }
    }
    return mean;
  }

  /** The standard deviation of samples, divisor K - 1, in double precision. */
  static double[] standardDeviation(List<float[]> samples) {
    var mean = mean(samples);
    var result = new double[mean.length];
    for (int i = 0; i < mean.length; i++) {
      for (var sample : samples) {
        result[i] += (sample[i] - mean[i]) * (sample[i] - mean[i]);
      }
      result[i] = Math.sqrt(result[i] / (samples.size() - 1));
    }
    return result;
  }
}
