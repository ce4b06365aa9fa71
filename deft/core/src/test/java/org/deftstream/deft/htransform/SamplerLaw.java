package org.deftstream.deft.htransform;

import static org.deftstream.deft.Dense.identity;
import static org.deftstream.deft.Dense.norm;
import static org.deftstream.deft.Dense.plus;
import static org.deftstream.deft.Dense.times;
import static org.deftstream.deft.Dense.transpose;

import java.util.ArrayList;
import org.deftstream.deft.Dense;
import org.deftstream.deft.GaussianPrior;
import org.deftstream.deft.operator.BoundMeasurement;
import org.deftstream.deft.sampler.DdimStep;
import org.deftstream.deft.sampler.SamplerSettings;
import org.deftstream.deft.sampler.StepWeights;
import org.deftstream.deft.sampler.TimeSteps;

/**
 * The law of the samples that a sampler draws, without drawing any. With a Gaussian prior and a
 * linear operator each step maps x_t and the fresh noise affinely, so its effect on mean and
 * covariance is known from what it does to the origin and to the unit vectors.
 */
record SamplerLaw(double[] mean, double[][] covariance) {
  static SamplerLaw of(
      GaussianPrior prior,
      HTransform hTransform,
      BoundMeasurement measurement,
      SamplerSettings settings) {
    int n = prior.imageShape().size();
    var law = new SamplerLaw(new double[n], identity(n, 1));
    int[] timesteps = TimeSteps.of(settings, prior.schedule());
    for (int i = 0; i < timesteps.length; i++) {
      double a = prior.schedule().alphaBar(timesteps[i]);
      double b = prior.schedule().alphaBar(TimeSteps.target(timesteps, i));
      var weights = StepWeights.of(settings, a, b);
      var images = step(prior, hTransform, measurement, weights, timesteps[i]);
      var slope = columns(images, 1, n);
      var fresh = columns(images, n + 1, n);
      law =
          new SamplerLaw(
              plus(times(slope, law.mean), images[0], 1),
              plus(
                  times(times(slope, law.covariance), transpose(slope)),
                  times(fresh, transpose(fresh)),
                  1));
    }
    return law;
  }

  /** The exact posterior. */
  static SamplerLaw posterior(GaussianPrior prior, BoundMeasurement measurement) {
    var a = Dense.matrix(measurement.operator());
    double sigma = measurement.operator().noiseSigma();
    return new SamplerLaw(
        prior.posteriorMean(a, sigma, Dense.doubles(measurement.measurement())),
        prior.posteriorCovariance(a, sigma));
  }

  private static double[][] columns(double[][] images, int from, int n) {
    var out = new double[n][];
    for (int column = 0; column < n; column++) {
      out[column] = plus(images[from + column], images[0], -1);
    }
    return transpose(out);
  }

  /**
   * What one step makes of the origin, of each unit vector as x_t, and of the origin with each unit
   * vector as fresh noise: 2 n + 1 images.
   */
  private static double[][] step(
      GaussianPrior prior,
      HTransform hTransform,
      BoundMeasurement measurement,
      StepWeights weights,
      int t) {
    int n = prior.imageShape().size();
    double a = weights.alphaBar();
    var rows = new ArrayList<StepRow>();
    for (int k = 0; k <= 2 * n; k++) {
      var x = new float[n];
      var z = new float[n];
      if (k > 0) {
        (k <= n ? x : z)[(k - 1) % n] = 1;
      }
      var eps = prior.predictNoise(x, new int[] {t});
      rows.add(new StepRow(x, eps, DdimStep.clean(x, eps, a), t, a, measurement, weights, z, null));
    }
    var h = hTransform.correct(rows);
    var out = new double[2 * n + 1][];
    for (int k = 0; k < out.length; k++) {
      var noise = rows.get(k).eps();
      for (int i = 0; i < n; i++) {
        noise[i] += h.get(k)[i];
      }
      DdimStep.apply(rows.get(k).xt(), noise, rows.get(k).fresh(), weights);
      out[k] = Dense.doubles(rows.get(k).xt());
    }
    return out;
  }

  /** The law that many samples show. */
  static SamplerLaw ofSamples(float[][] samples) {
    int n = samples[0].length;
    var mean = new double[n];
    for (var sample : samples) {
      mean = plus(mean, Dense.doubles(sample), 1.0 / samples.length);
    }
    var covariance = new double[n][n];
    for (var sample : samples) {
      var away = plus(Dense.doubles(sample), mean, -1);
      for (int i = 0; i < n; i++) {
        covariance[i] = plus(covariance[i], away, away[i] / (samples.length - 1));
      }
    }
    return new SamplerLaw(mean, covariance);
  }

  /** Distance of the means, in standard deviations of the other law (of all pixels together). */
  double meanError(SamplerLaw other) {
    return norm(plus(mean, other.mean, -1)) / Math.sqrt(other.variance());
  }

  /** Relative distance of the covariances, by Frobenius' norm. */
  double covarianceError(SamplerLaw other) {
    return norm(plus(covariance, other.covariance, -1)) / norm(other.covariance);
  }

  /** Total variance: the sum over the pixels. */
  double variance() {
    double sum = 0;
    for (int i = 0; i < covariance.length; i++) {
      sum += covariance[i][i];
    }
    return sum;
  }
}
