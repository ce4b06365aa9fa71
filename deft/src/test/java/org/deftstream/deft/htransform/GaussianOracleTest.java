package org.deftstream.deft.htransform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.deftstream.deft.Dense.doubles;
import static org.deftstream.deft.Dense.floats;
import static org.deftstream.deft.Dense.norm;
import static org.deftstream.deft.Dense.plus;
import static org.deftstream.deft.Dense.times;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Comparator;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.deftstream.deft.Dense;
import org.deftstream.deft.GaussianPrior;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.operator.BoundMeasurement;
import org.deftstream.deft.operator.ForwardOperator;
import org.deftstream.deft.operator.Operators;
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
  private static final ImageShape SHAPE = new ImageShape(4, 4, 1);

  private final GaussianPrior prior =
      GaussianPrior.smooth(SHAPE, NoiseSchedule.linear(1000, 1e-4, 2e-2));
  private final ForwardOperator ct =
      create(
          "{'kind':'ct-parallel','views':3,'detectorBins':6,"
              + "'noise':{'type':'gaussian','sigma':0.1}}");
  private final ForwardOperator inpainting =
      create(
              "{'kind':'inpainting','mask':{'type':'box','leastHidden':0.2,'mostHidden':0.4},"
                  + "'noise':{'type':'gaussian','sigma':0.1}}")
          .bind(Map.of("mask", new float[] {1, 1, 0, 0, 1, 1, 0, 0, 1, 1, 1, 1, 0, 1, 0, 1}));

  @Test
  void shouldAgreeWithTheDifferenceOfConditionalExpectations() {
    var random = new Random(1);
    for (var operator : new ForwardOperator[] {ct, inpainting}) {
      var a = Dense.matrix(operator);
      double sigma = operator.noiseSigma();
      var y = doubles(measurement(operator).measurement());
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
    var measurement = measurement(operator(kind));

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
    var measurement = measurement(operator(kind));
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
    var measurement = measurement(ct);
    var settings = new SamplerSettings(2000, TimeGrid.QUADRATIC, NoiseRule.ETA, 1, 1);
    var exact = new ExactHTransform(fine, Dense.matrix(ct), ct.noiseSigma());

    var law = SamplerLaw.of(fine, exact, measurement, settings);

    assertThat(law.covarianceError(posterior(measurement))).isLessThan(0.01);
  }

  @ParameterizedTest
  @CsvSource({"ct, 1", "inpainting, 0"})
  void shouldDrawSamplesOfThePredictedLaw(String kind, double eta) {
    int count = 1500;
    var measurement = measurement(operator(kind));
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

  /**
   * DiffPIR takes x0 given x_t for N(x0Hat, s_t^2 / lambda I), which it is not, so it stays away
   * from the posterior however many steps it takes: the more it trusts the prior, the more its mean
   * stays behind; with fresh noise only (zeta 1) it draws too narrow.
   */
  @ParameterizedTest
  @CsvSource({
    "ct, 1, 0.3, 0.05, 0.12, 0.80, 0.88",
    "ct, 1, 1, 0.02, 0.05, 0.40, 0.52",
    "ct, 8, 0.3, 0.65, 0.90, 1.80, 2.15",
    "inpainting, 1, 0.3, 0.20, 0.30, 0.90, 0.97",
    "inpainting, 1, 1, 0.08, 0.14, 0.42, 0.55",
    "inpainting, 8, 0.3, 0.80, 0.97, 1.60, 1.95"
  })
  void shouldMeasureTheBiasOfDiffPir(
      String kind,
      double lambda,
      double zeta,
      double leastMeanError,
      double mostMeanError,
      double leastSpread,
      double mostSpread) {
    var measurement = measurement(operator(kind));
    var posterior = posterior(measurement);

    var law = law(new DiffPir(lambda), measurement, 1000, TimeGrid.UNIFORM, NoiseRule.ZETA, zeta);

    assertThat(law.meanError(posterior)).isBetween(leastMeanError, mostMeanError);
    assertThat(law.variance() / posterior.variance()).isBetween(leastSpread, mostSpread);
    var unconditional = new SamplerLaw(prior.mean(), prior.covariance());
    assertThat(law.meanError(posterior))
        .as("still much better than knowing nothing")
        .isLessThan(unconditional.meanError(posterior) / 2);
  }

  @Test
  void shouldDrawTheSameSampleForTheSameRecordOnly() {
    var measurement = measurement(inpainting);
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

  private ForwardOperator operator(String kind) {
    return kind.equals("ct") ? ct : inpainting;
  }

  private HTransform exact(String kind) {
    var operator = operator(kind);
    return new ExactHTransform(prior, Dense.matrix(operator), operator.noiseSigma());
  }

  private SamplerLaw posterior(BoundMeasurement measurement) {
    var a = Dense.matrix(measurement.operator());
    double sigma = measurement.operator().noiseSigma();
    return new SamplerLaw(
        prior.posteriorMean(a, sigma, doubles(measurement.measurement())),
        prior.posteriorCovariance(a, sigma));
  }

  private BoundMeasurement measurement(ForwardOperator operator) {
    var random = new Random(7);
    var standard = random.doubles(SHAPE.size()).map(u -> random.nextGaussian()).toArray();
    var truth = plus(prior.mean(), times(Dense.cholesky(prior.covariance()), standard), 1);
    return BoundMeasurement.of(operator, operator.simulate(floats(truth), random));
  }

  private static ForwardOperator create(String spec) {
    try {
      return Operators.create(new ObjectMapper().readTree(spec.replace('\'', '"')), SHAPE);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }
}
