package org.deftstream.deft.htransform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.deftstream.deft.Dense.doubles;
import static org.deftstream.deft.Dense.norm;
import static org.deftstream.deft.Dense.plus;

import java.util.Comparator;
import java.util.Random;
import java.util.stream.IntStream;
import org.deftstream.deft.Dense;
import org.deftstream.deft.GaussianPrior;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.operator.BoundMeasurement;
import org.deftstream.deft.sampler.SamplerSettings;
import org.deftstream.deft.sampler.SamplerSettings.NoiseRule;
import org.deftstream.deft.sampler.SamplerSettings.TimeGrid;
import org.deftstream.deft.schedule.NoiseSchedule;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The method against the truth: with a Gaussian prior and a linear operator the posterior and the
 * h-transform have closed forms.
 */
class GaussianOracleTest {
  private static final ImageShape SHAPE = SmallProblems.SHAPE;

  private final GaussianPrior prior = SmallProblems.prior();

  @Test
  void shouldAgreeWithTheDifferenceOfConditionalExpectations() {
    var random = new Random(1);
    for (String kind : new String[] {"ct", "inpainting"}) {
      var operator = SmallProblems.operator(kind);
      var a = Dense.matrix(operator);
      double sigma = operator.noiseSigma();
      var y = doubles(SmallProblems.measurement(kind).measurement());
      var exact = new ExactHTransform(prior, a, sigma);
      for (int t : new int[] {0, 10, 200, 700, 999}) {
        double alphaBar = prior.schedule().alphaBar(t);
        var xt = random.doubles(SHAPE.size()).map(u -> 2 * u - 1).toArray();
        var eps = prior.noise(xt, t);
        var x0Hat = plus(xt, eps, -Math.sqrt(1 - alphaBar));
        for (int i = 0; i < x0Hat.length; i++) {
          x0Hat[i] /= Math.sqrt(alphaBar);
        }

        var byDefinition = plus(prior.noise(xt, t, a, sigma, y), eps, -1);
        var inClosedForm = exact.correction(x0Hat, y, t);

        assertThat(norm(plus(byDefinition, inClosedForm, -1))).as("t = %s", t).isLessThan(1e-9);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"ct, 20", "ct, 100", "inpainting, 20", "inpainting, 100"})
  void shouldReachThePosteriorMeanInAnyNumberOfSteps(String kind, int steps) {
    var measurement = SmallProblems.measurement(kind);

    var posterior = posterior(measurement);
    for (var grid : TimeGrid.values()) {
      var noisy = law(exact(kind), measurement, steps, grid, NoiseRule.ETA, 1);
      assertThat(noisy.meanError(posterior)).isLessThan(1e-5);
      // Without fresh noise the start remains: N(0, I) in place of the noised posterior.
      var still = law(exact(kind), measurement, steps, grid, NoiseRule.ETA, 0);
      assertThat(still.meanError(posterior)).isLessThan(3e-3);
    }
  }

  @ParameterizedTest
  @CsvSource({"ct, 0", "ct, 1", "inpainting, 0", "inpainting, 1"})
  void shouldApproachThePosteriorCovarianceWithMoreSteps(String kind, double eta) {
    var measurement = SmallProblems.measurement(kind);
    var posterior = posterior(measurement);
    var errors =
        IntStream.of(20, 50, 100, 250, 1000)
            .mapToDouble(
                steps ->
                    law(exact(kind), measurement, steps, TimeGrid.QUADRATIC, NoiseRule.ETA, eta)
                        .covarianceError(posterior))
            .toArray();

    assertThat(errors).isSortedAccordingTo(Comparator.reverseOrder());
    // What is left is the schedule's own step of 1/1000, which no sampler can go below.
    assertThat(errors[errors.length - 1]).isLessThan(0.08);
  }

  @Test
  void shouldReachThePosteriorCovarianceOnAFineSchedule() {
    var fine = GaussianPrior.smooth(SHAPE, NoiseSchedule.linear(20_000, 1e-4 / 20, 2e-2 / 20));
    var ct = SmallProblems.operator("ct");
    var measurement = SmallProblems.measurement("ct");
    var settings = new SamplerSettings(2000, TimeGrid.QUADRATIC, NoiseRule.ETA, 1, 1);
    var exact = new ExactHTransform(fine, Dense.matrix(ct), ct.noiseSigma());

    var law = SamplerLaw.of(fine, exact, measurement, settings);

    assertThat(law.covarianceError(posterior(measurement))).isLessThan(0.01);
  }

  @ParameterizedTest
  @CsvSource({"ct, 1", "inpainting, 0"})
  void shouldDrawSamplesOfThePredictedLaw(String kind, double eta) {
    int count = 1500;
    var measurement = SmallProblems.measurement(kind);
    var settings = new SamplerSettings(30, TimeGrid.QUADRATIC, NoiseRule.ETA, eta, count);
    var expected = SamplerLaw.of(prior, exact(kind), measurement, settings);

    var drawn =
        SamplerLaw.ofSamples(PosteriorSamples.draw(prior, exact(kind), measurement, settings, "m"));

    // Monte Carlo: the mean is off by about 1 / sqrt(count) of the standard deviation, the
    // covariance by sqrt((trace^2 / norm^2 + 1) / count) of its norm.
    double concentration = expected.variance() / norm(expected.covariance());
    assertThat(drawn.meanError(expected)).isLessThan(2 / Math.sqrt(count));
    assertThat(drawn.covarianceError(expected))
        .isLessThan(2 * Math.sqrt((concentration * concentration + 1) / count));
  }

  @Test
  void shouldDrawTheSameSampleForTheSameRecordOnly() {
    var measurement = SmallProblems.measurement("inpainting");
    var settings = new SamplerSettings(20, TimeGrid.UNIFORM, NoiseRule.ETA, 1, 3);

    var first = PosteriorSamples.draw(prior, new DiffPir(2), measurement, settings, "record-1");
    var again = PosteriorSamples.draw(prior, new DiffPir(2), measurement, settings, "record-1");
    var other = PosteriorSamples.draw(prior, new DiffPir(2), measurement, settings, "record-2");

    assertThat(again).isDeepEqualTo(first);
    assertThat(other[0]).isNotEqualTo(first[0]);
    assertThat(first[1]).isNotEqualTo(first[0]);
  }

  private SamplerLaw law(
      HTransform hTransform,
      BoundMeasurement measurement,
      int steps,
      TimeGrid grid,
      NoiseRule rule,
      double level) {
    return SamplerLaw.of(
        prior, hTransform, measurement, new SamplerSettings(steps, grid, rule, level, 1));
  }

  private HTransform exact(String kind) {
    var operator = SmallProblems.operator(kind);
    return new ExactHTransform(prior, Dense.matrix(operator), operator.noiseSigma());
  }

  private SamplerLaw posterior(BoundMeasurement measurement) {
    return SamplerLaw.posterior(prior, measurement);
  }
}
