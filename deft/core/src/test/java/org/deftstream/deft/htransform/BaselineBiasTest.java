package org.deftstream.deft.htransform;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.deftstream.deft.GaussianPrior;
import org.deftstream.deft.sampler.SamplerSettings;
import org.deftstream.deft.sampler.SamplerSettings.NoiseRule;
import org.deftstream.deft.sampler.SamplerSettings.TimeGrid;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * How far each baseline stays from the exact posterior: none of them has the h-transform of a
 * Gaussian prior and a linear operator. The mean's error is in posterior standard deviations of all
 * pixels together, the spread is the total variance over the posterior's; the prior alone is off by
 * about 2, with a spread of 3.5 to 5.8. The bounds are measured: outside of them a method is no
 * longer what it was.
 */
class BaselineBiasTest {
  private final GaussianPrior prior = SmallProblems.prior();

  /**
   * Where the biases come from: DiffPIR takes x0 given x_t for {@code N(x0Hat, s_t^2 / lambda I)},
   * so its mean stays behind the more it trusts the prior. DDNM takes noise for signal; DDNM+ less
   * so, and draws too narrow. DDS trusts the measurement as much at every level. DDRM's mean nears
   * the posterior's with more steps, and its spread does not. The step of PiGDM does not shrink
   * with the step of the sampler, so in 1000 steps it is guided too far: its weight goes with the
   * number of steps.
   */
  @ParameterizedTest
  @CsvSource({
    "ct, diffpir, lambda, 1, ZETA, 0.3, 1000, 0.05, 0.12, 0.80, 0.88",
    "ct, diffpir, lambda, 1, ZETA, 1, 1000, 0.02, 0.05, 0.40, 0.52",
    "ct, diffpir, lambda, 8, ZETA, 0.3, 1000, 0.65, 0.90, 1.80, 2.15",
    "inpainting, diffpir, lambda, 1, ZETA, 0.3, 1000, 0.20, 0.30, 0.90, 0.97",
    "inpainting, diffpir, lambda, 1, ZETA, 1, 1000, 0.08, 0.14, 0.42, 0.55",
    "inpainting, diffpir, lambda, 8, ZETA, 0.3, 1000, 0.80, 0.97, 1.60, 1.95",
    "ct, ddnm, , , ZETA, 0.7225, 100, 0.53, 0.68, 0.19, 0.26",
    "ct, ddnm-plus, gain, 1, ZETA, 0.7225, 100, 0.23, 0.31, 0.080, 0.105",
    "inpainting, ddnm, , , ZETA, 0.7225, 100, 0.54, 0.69, 0.38, 0.48",
    "inpainting, ddnm-plus, gain, 1, ZETA, 0.7225, 100, 0.31, 0.40, 0.56, 0.69",
    "inpainting, ddrm, etaB, 1, ZETA, 0.7225, 20, 0.64, 0.78, 0.59, 0.71",
    "inpainting, ddrm, etaB, 1, ZETA, 0.7225, 1000, 0.15, 0.23, 0.52, 0.62",
    "ct, dds, gamma, 1, ETA, 1, 100, 0.45, 0.60, 0.21, 0.29",
    "ct, dds, gamma, 10, ETA, 1, 100, 0.73, 0.95, 0.09, 0.13",
    "inpainting, dds, gamma, 0.3, ETA, 1, 100, 0.39, 0.52, 0.64, 0.82",
    "ct, pigdm, weight, 1, ETA, 1, 100, 0.20, 0.27, 0.40, 0.50",
    "ct, pigdm, weight, 1, ETA, 1, 1000, 0.64, 0.79, 0.33, 0.43",
    "inpainting, pigdm, weight, 1, ETA, 1, 100, 0.17, 0.24, 0.50, 0.61"
  })
  void shouldStayAsFarFromThePosteriorAsTheMethodDoes(
      String kind,
      String method,
      String parameter,
      Double value,
      NoiseRule rule,
      double level,
      int steps,
      double leastMeanError,
      double mostMeanError,
      double leastSpread,
      double mostSpread) {
    var measurement = SmallProblems.measurement(kind);
    var posterior = SamplerLaw.posterior(prior, measurement);
    var parameters = parameter == null ? Map.<String, Double>of() : Map.of(parameter, value);
    var transform = HTransforms.create(method, parameters, prior);
    var settings = new SamplerSettings(steps, TimeGrid.UNIFORM, rule, level, 1);

    var law = SamplerLaw.of(prior, transform, measurement, settings);

    assertThat(law.meanError(posterior)).isBetween(leastMeanError, mostMeanError);
    assertThat(law.variance() / posterior.variance()).isBetween(leastSpread, mostSpread);
    var unconditional = new SamplerLaw(prior.mean(), prior.covariance());
    assertThat(law.meanError(posterior))
        .as("much better than knowing nothing")
        .isLessThan(unconditional.meanError(posterior) / 2);
  }

  /**
   * DPS is not affine in x_t, so its law is that of samples. Its step has the same length whatever
   * the misfit: a small zeta leaves it near the prior, a large one draws too narrow, and there is
   * no zeta with which it is right.
   */
  @ParameterizedTest
  @CsvSource({
    "ct, 0.003, 1.5, 1.9, 3.2, 4.4",
    "ct, 0.03, 0.22, 0.47, 0.38, 0.57",
    "inpainting, 0.03, 0.38, 0.63, 0.46, 0.68"
  })
  void shouldMeasureTheBiasOfDps(
      String kind,
      double zeta,
      double leastMeanError,
      double mostMeanError,
      double leastSpread,
      double mostSpread) {
    var measurement = SmallProblems.measurement(kind);
    var posterior = SamplerLaw.posterior(prior, measurement);
    var settings = new SamplerSettings(1000, TimeGrid.UNIFORM, NoiseRule.ETA, 1, 100);
    var dps = new Dps(prior, zeta);

    var law =
        SamplerLaw.ofSamples(PosteriorSamples.draw(prior, dps, measurement, settings, "record"));

    assertThat(law.meanError(posterior)).isBetween(leastMeanError, mostMeanError);
    assertThat(law.variance() / posterior.variance()).isBetween(leastSpread, mostSpread);
  }
}
