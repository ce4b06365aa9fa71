package org.deftstream.deft.htransform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.deftstream.deft.Dense.doubles;
import static org.deftstream.deft.Dense.norm;
import static org.deftstream.deft.Dense.plus;

import org.deftstream.deft.Dense;
import org.deftstream.deft.GaussianPrior;
import org.deftstream.deft.operator.BoundMeasurement;
import org.deftstream.deft.sampler.CounterNoise;
import org.deftstream.deft.sampler.SamplerSettings;
import org.deftstream.deft.sampler.SamplerSettings.Init;
import org.deftstream.deft.sampler.SamplerSettings.NoiseRule;
import org.deftstream.deft.sampler.SamplerSettings.Solver;
import org.deftstream.deft.sampler.SamplerSettings.TimeGrid;
import org.deftstream.deft.sampler.TimeSteps;
import org.deftstream.deft.schedule.NoiseSchedule;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * How fast solvers approach the solution of the probability-flow equation. With independent pixels
 * and a mask the posterior is {@code N(mu, c)} for each pixel, the equation's solution is {@code
 * x_t = sqrt(a) mu + sqrt(a c + 1 - a) u} with a constant u, and the last step answers with {@code
 * E[x0 | x_t]} at t = 0.
 */
class SolverConvergenceTest {
  private static final double SIGMA = 0.1;
  private static final int SAMPLES = 16;
  private static final String ID = "record";

  private final NoiseSchedule schedule = NoiseSchedule.linear(100_000, 1e-6, 2e-4);
  private final float[] means = new float[16];
  private final float[] variances = new float[16];
  private final GaussianPrior prior = prior();
  private final BoundMeasurement measurement =
      SmallProblems.measurement(prior, SmallProblems.mask());

  private GaussianPrior prior() {
    for (int i = 0; i < 16; i++) {
      means[i] = (float) (0.3 * Math.sin(i));
      variances[i] = (float) (0.05 + 0.02 * i);
    }
    return new GaussianPrior(SmallProblems.SHAPE, schedule, means, variances);
  }

  @Test
  void shouldConvergeWithTheSecondOrderWhereDdimHasTheFirst() {
    double ddim = error(Solver.DDIM, TimeGrid.LOG_SNR, 20);
    double multistep = error(Solver.DPMPP_2M, TimeGrid.LOG_SNR, 20);

    // A quarter of the step: an error 4 times smaller at the first order, 16 times at the second.
    assertThat(ddim / error(Solver.DDIM, TimeGrid.LOG_SNR, 80)).isBetween(3.0, 6.0);
    assertThat(multistep / error(Solver.DPMPP_2M, TimeGrid.LOG_SNR, 80)).isBetween(10.0, 24.0);
    assertThat(multistep).isLessThan(ddim / 6);
    assertThat(multistep).isLessThan(error(Solver.DDIM, TimeGrid.LOG_SNR, 100));
    assertThat(error(Solver.DPMPP_2M, TimeGrid.LOG_SNR, 10))
        .isLessThan(error(Solver.DDIM, TimeGrid.LOG_SNR, 10) / 5);
  }

  @ParameterizedTest
  @EnumSource(names = {"UNIFORM", "QUADRATIC", "LOG_SNR"})
  void shouldBeNearerThanDdimWhereTheGridIsNotCoarseAtTheCleanEnd(TimeGrid grid) {
    for (int steps : new int[] {10, 20, 40}) {
      assertThat(error(Solver.DPMPP_2M, grid, steps)).isLessThan(error(Solver.DDIM, grid, steps));
    }
  }

  @Test
  void shouldDrawTheSpreadOfThePosteriorInFewSteps() {
    var ddim = law(Solver.DDIM, Init.NOISE, 1);
    var multistep = law(Solver.DPMPP_2M, Init.NOISE, 1);
    var later = law(Solver.DPMPP_2M, Init.PSEUDO_INVERSE, 0.3);
    double posterior = 0;
    for (int i = 0; i < 16; i++) {
      posterior += variance(i);
    }
    assertThat(ddim.variance() / posterior).as("understated by DDIM").isBetween(0.4, 0.55);
    assertThat(multistep.variance() / posterior).isBetween(1.0, 1.2);
    assertThat(later.variance() / posterior).isBetween(0.98, 1.15);
    assertThat(meanError(multistep, posterior)).isLessThan(0.05);
    assertThat(meanError(later, posterior)).isLessThan(0.1);
  }

  /** Distance of the mean from the posterior's, in standard deviations of all pixels together. */
  private double meanError(SamplerLaw law, double posterior) {
    double square = 0;
    for (int i = 0; i < 16; i++) {
      square += Math.pow(law.mean()[i] - mean(i), 2);
    }
    return Math.sqrt(square / posterior);
  }

  private SamplerLaw law(Solver solver, Init init, double start) {
    var settings =
        new SamplerSettings(15, TimeGrid.LOG_SNR, NoiseRule.ETA, 1, 2000, solver, init, start);
    return SamplerLaw.ofSamples(PosteriorSamples.draw(prior, exact(), measurement, settings, ID));
  }

  private HTransform exact() {
    return new ExactHTransform(prior, Dense.matrix(measurement.operator()), SIGMA);
  }

  /** Distance of the answers to the exact ones from the same starts, root mean square. */
  private double error(Solver solver, TimeGrid grid, int steps) {
    var settings =
        new SamplerSettings(steps, grid, NoiseRule.ETA, 0, SAMPLES, solver, Init.NOISE, 1);
    var answers = PosteriorSamples.draw(prior, exact(), measurement, settings, ID);
    double square = 0;
    for (int k = 0; k < SAMPLES; k++) {
      double distance = norm(plus(doubles(answers[k]), solution(settings, k), -1));
      square += distance * distance / SAMPLES;
    }
    return Math.sqrt(square);
  }

  private double[] solution(SamplerSettings settings, int sample) {
    var start = new float[16];
    CounterNoise.of(ID, sample, settings.describe()).fill(start, CounterNoise.INITIAL);
    int first = TimeSteps.of(settings, schedule)[0];
    double from = schedule.alphaBar(first);
    double to = schedule.alphaBar(0);
    var out = new double[16];
    for (int i = 0; i < 16; i++) {
      double c = variance(i);
      double mu = mean(i);
      double u = (start[i] - Math.sqrt(from) * mu) / Math.sqrt(from * c + 1 - from);
      out[i] = mu + Math.sqrt(to) * c / Math.sqrt(to * c + 1 - to) * u;
    }
    return out;
  }

  /** Variance c of the posterior of a pixel. */
  private double variance(int i) {
    return 1 / (1 / (double) variances[i] + SmallProblems.MASK[i] / (SIGMA * SIGMA));
  }

  /** Mean mu of the posterior of a pixel. */
  private double mean(int i) {
    double known = SmallProblems.MASK[i] * measurement.measurement()[i] / (SIGMA * SIGMA);
    return variance(i) * (means[i] / (double) variances[i] + known);
  }
}
