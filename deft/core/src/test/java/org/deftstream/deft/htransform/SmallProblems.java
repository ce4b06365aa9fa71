package org.deftstream.deft.htransform;

import static org.deftstream.deft.Dense.floats;
import static org.deftstream.deft.Dense.plus;
import static org.deftstream.deft.Dense.times;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Map;
import java.util.Random;
import org.deftstream.deft.BentOperator;
import org.deftstream.deft.Dense;
import org.deftstream.deft.GaussianPrior;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.operator.BoundMeasurement;
import org.deftstream.deft.operator.ForwardOperator;
import org.deftstream.deft.operator.Operators;
import org.deftstream.deft.prior.Prior;
import org.deftstream.deft.sampler.DdimStep;
import org.deftstream.deft.sampler.StepWeights;
import org.deftstream.deft.schedule.NoiseSchedule;

/**
 * Measurements of 16 pixels under a Gaussian prior: {@code ct} and {@code inpainting}; {@code
 * bent}, which is not linear; and by their kind {@code super-resolution}, {@code hdr}, {@code
 * nonlinear-blur} and {@code phase-retrieval}.
 */
final class SmallProblems {
  static final ImageShape SHAPE = new ImageShape(4, 4, 1);
  static final float[] MASK = {1, 1, 0, 0, 1, 1, 0, 0, 1, 1, 1, 1, 0, 1, 0, 1};

  private static final String NOISE = "'noise':{'type':'gaussian','sigma':0.1}}";

  private SmallProblems() {}

  static GaussianPrior prior() {
    return GaussianPrior.smooth(SHAPE, NoiseSchedule.linear(1000, 1e-4, 2e-2));
  }

  static ForwardOperator operator(String kind) {
    return switch (kind) {
      case "ct" ->
          create(
              "{'kind':'ct-parallel','views':3,'detectorBins':6,"
                  + "'noise':{'type':'gaussian','sigma':0.1}}");
      case "inpainting" -> mask();
      case "bent" -> BentOperator.of(mask());
      case "super-resolution" -> create("{'kind':'super-resolution','factor':2," + NOISE);
      case "hdr", "phase-retrieval" -> create("{'kind':'" + kind + "'," + NOISE);
      case "nonlinear-blur" -> create("{'kind':'nonlinear-blur','blur':0.5," + NOISE);
      default -> throw new IllegalArgumentException(kind);
    };
  }

  static ForwardOperator mask() {
    return create(
            "{'kind':'inpainting','mask':{'type':'box','leastHidden':0.2,'mostHidden':0.4},"
                + "'noise':{'type':'gaussian','sigma':0.1}}")
        .bind(Map.of("mask", MASK));
  }

  /** A noisy measurement of an image of the prior. */
  static BoundMeasurement measurement(String kind) {
    return measurement(prior(), operator(kind));
  }

  static BoundMeasurement measurement(GaussianPrior prior, ForwardOperator operator) {
    return measurement(prior, operator, 7);
  }

  /** A noisy measurement of the seed's image of the prior. */
  static BoundMeasurement measurement(GaussianPrior prior, ForwardOperator operator, long seed) {
    var random = new Random(seed);
    var standard = random.doubles(SHAPE.size()).map(u -> random.nextGaussian()).toArray();
    var truth = plus(prior.mean(), times(Dense.cholesky(prior.covariance()), standard), 1);
    return BoundMeasurement.of(operator, operator.simulate(floats(truth), random));
  }

  /** A row as a sampler would make it, from a random noisy image. */
  static StepRow row(
      Prior prior, BoundMeasurement measurement, int t, StepWeights step, Random random) {
    int n = prior.imageShape().size();
    double a = step.alphaBar();
    var x = new float[n];
    var z = new float[n];
    for (int i = 0; i < n; i++) {
      x[i] = (float) (Math.sqrt(a) * 0.3 * random.nextGaussian());
      x[i] += (float) (Math.sqrt(1 - a) * random.nextGaussian());
      z[i] = (float) random.nextGaussian();
    }
    var eps = prior.predictNoise(x, new int[] {t});
    return new StepRow(x, eps, DdimStep.clean(x, eps, a), t, a, measurement, step, z, null);
  }

  static ForwardOperator create(String spec) {
    try {
      return Operators.create(new ObjectMapper().readTree(spec.replace('\'', '"')), SHAPE);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }
}
