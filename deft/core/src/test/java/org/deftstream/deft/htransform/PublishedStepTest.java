package org.deftstream.deft.htransform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.deftstream.deft.Dense.doubles;
import static org.deftstream.deft.Dense.floats;
import static org.deftstream.deft.Dense.norm;
import static org.deftstream.deft.Dense.plus;
import static org.deftstream.deft.Dense.times;
import static org.deftstream.deft.Dense.transpose;

import java.util.List;
import java.util.Random;
import org.deftstream.deft.Dense;
import org.deftstream.deft.GaussianPrior;
import org.deftstream.deft.operator.BoundMeasurement;
import org.deftstream.deft.sampler.DdimStep;
import org.deftstream.deft.sampler.SamplerSettings;
import org.deftstream.deft.sampler.SamplerSettings.NoiseRule;
import org.deftstream.deft.sampler.SamplerSettings.TimeGrid;
import org.deftstream.deft.sampler.StepWeights;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Methods that are published as a step, written as a correction: DDIM's step with the corrected
 * noise must be the published one, worked out here from the paper's formula.
 */
class PublishedStepTest {
  private final GaussianPrior prior = SmallProblems.prior();
  private final Random random = new Random(3);

  @ParameterizedTest
  @CsvSource({
    "ct, 300, 250, 1",
    "ct, 900, 880, 0",
    "inpainting, 20, 0, 0.5",
    "ct, 10, -1, 1",
    "bent, 300, 250, 1",
    "bent, 20, 0, 0"
  })
  void shouldTakeTheStepOfDps(String kind, int t, int target, double eta) {
    double zeta = 0.4;
    var row = row(SmallProblems.measurement(kind), t, target, NoiseRule.ETA, eta);

    var gradient = new double[row.xt().length];
    for (int i = 0; i < gradient.length; i++) {
      double reach = 1e-2; // measured in float32
      gradient[i] =
          (misfit(row, i, reach) - misfit(row, i, -reach)) / (2 * reach); // through the prior
    }
    var expected = plus(unconditional(row), gradient, -zeta);

    assertClose(after(new Dps(prior, zeta), row), expected);
  }

  private double misfit(StepRow row, int pixel, double change) {
    var x = doubles(row.xt());
    x[pixel] += change;
    var eps = prior.noise(x, row.t());
    var clean = plus(x, eps, -Math.sqrt(1 - row.alphaBar()));
    for (int i = 0; i < clean.length; i++) {
      clean[i] /= Math.sqrt(row.alphaBar());
    }
    var measured = doubles(row.measurement().operator().measure(floats(clean)));
    return norm(plus(measured, doubles(row.measurement().measurement()), -1));
  }

  @Test
  void shouldGuidePiGdmByTheSurrogateWhereTheOperatorIsNotLinear() {
    var row = row(SmallProblems.measurement("bent"), 300, 250, NoiseRule.ETA, 1);
    double a = row.alphaBar();
    double b = row.step().targetAlphaBar();
    var measurement = row.measurement();
    var v =
        doubles(measurement.operator().likelihoodGradient(row.x0Hat(), measurement.measurement()));
    var pushed = times(prior.spread(300), v);

    var expected = plus(unconditional(row), pushed, Math.sqrt(a * b) * Math.sqrt(a) / (1 - a));

    assertClose(after(new PiGdm(prior, 1), row), expected);
  }

  @ParameterizedTest
  @CsvSource({"ct, 300, 250, 1", "ct, 900, 880, 0", "inpainting, 20, 0, 0.5", "ct, 10, -1, 1"})
  void shouldTakeTheStepOfPiGdm(String kind, int t, int target, double eta) {
    double weight = 0.9;
    var row = row(SmallProblems.measurement(kind), t, target, NoiseRule.ETA, eta);
    double a = row.alphaBar();
    double b = row.step().targetAlphaBar();
    double sigma = row.measurement().operator().noiseSigma();
    var matrix = Dense.matrix(row.measurement().operator());

    var evidence =
        plus(
            times(matrix, transpose(matrix)),
            Dense.identity(matrix.length, sigma * sigma / (1 - a)),
            1);
    var y = doubles(row.measurement().measurement());
    var rest = plus(y, times(matrix, doubles(row.x0Hat())), -1);
    var v = times(transpose(matrix), times(Dense.inverse(evidence), rest));
    // d x0Hat / d x_t = sqrt(a) / (1 - a) P for a Gaussian prior.
    var pushed = times(prior.spread(t), v);
    var expected =
        plus(unconditional(row), pushed, weight * Math.sqrt(a * b) * Math.sqrt(a) / (1 - a));

    assertClose(after(new PiGdm(prior, weight), row), expected);
  }

  @ParameterizedTest
  @CsvSource({"0.85, 400, 300, 1", "0.85, 60, 2, 0.7", "0, 400, 300, 1", "1, 30, -1, 1"})
  void shouldTakeTheStepOfDdrm(double eta, int t, int target, double etaB) {
    var measurement = SmallProblems.measurement("inpainting");
    var row = row(measurement, t, target, NoiseRule.ZETA, eta * eta);
    double b = row.step().targetAlphaBar();
    double spread = Math.sqrt((1 - b) / b);
    double sigma = measurement.operator().noiseSigma();

    // A mask is diagonal in the pixels, so the published rule can be written without a transform.
    var expected = new double[row.xt().length];
    for (int i = 0; i < expected.length; i++) {
      double x0 = row.x0Hat()[i];
      double z = row.fresh()[i];
      double y = measurement.measurement()[i];
      double still = Math.sqrt(1 - eta * eta) * spread;
      double next;
      if (SmallProblems.MASK[i] == 0) {
        next = x0 + still * row.eps()[i] + eta * spread * z;
      } else if (spread < sigma) {
        next = x0 + still * (y - x0) / sigma + eta * spread * z;
      } else {
        double rest = Math.sqrt(spread * spread - etaB * etaB * sigma * sigma);
        next = (1 - etaB) * x0 + etaB * y + rest * z;
      }
      expected[i] = Math.sqrt(b) * next;
    }

    assertClose(after(new Ddrm(etaB), row), expected);
  }

  @ParameterizedTest
  @CsvSource({"inpainting, 0.85, 400, 300", "ct, 0.85, 60, 2", "ct, 1, 30, -1"})
  void shouldTakeTheStepOfDdnm(String kind, double eta, int t, int target) {
    var row = row(SmallProblems.measurement(kind), t, target, NoiseRule.ZETA, eta * eta);
    double b = row.step().targetAlphaBar();
    var towards = towards(row, row.x0Hat());

    var expected = plus(doubles(row.x0Hat()), towards, 1);
    for (int i = 0; i < expected.length; i++) {
      expected[i] =
          Math.sqrt(b) * expected[i]
              + Math.sqrt(1 - b) * (eta * row.fresh()[i] + Math.sqrt(1 - eta * eta) * row.eps()[i]);
    }

    assertClose(after(new Ddnm(), row), expected);
  }

  @ParameterizedTest
  @CsvSource({"0.85, 400, 300", "0.85, 60, 2", "1, 60, 2", "0, 400, 300", "1, 30, -1"})
  void shouldTakeTheStepOfDdnmPlusInTheSingularBasis(double eta, int t, int target) {
    var measurement = SmallProblems.measurement("inpainting");
    var row = row(measurement, t, target, NoiseRule.ZETA, eta * eta);
    double b = row.step().targetAlphaBar();
    double spread = Math.sqrt((1 - b) / b);
    double sigma = measurement.operator().noiseSigma();

    var expected = new double[row.xt().length];
    for (int i = 0; i < expected.length; i++) {
      double x0 = row.x0Hat()[i];
      double y = measurement.measurement()[i];
      double z = row.fresh()[i];
      double still = Math.sqrt(1 - eta * eta) * spread;
      double next;
      if (SmallProblems.MASK[i] == 0) {
        next = x0 + still * row.eps()[i] + eta * spread * z;
      } else if (spread < sigma) {
        next = x0 + still / sigma * (y - x0) + eta * spread * z;
      } else {
        next = y + Math.sqrt(spread * spread - sigma * sigma) * z;
      }
      expected[i] = Math.sqrt(b) * next;
    }

    assertClose(after(new DdnmPlus(1), row), expected);
  }

  @ParameterizedTest
  @CsvSource({
    "2, 0.85, 400, 300",
    "2, 0.85, 60, 2",
    "3, 1, 60, 20",
    "10, 1, 60, 20",
    "30, 1, 400, 360",
    "0, 1, 60, 2",
    "2, 0, 400, 300",
    "2, 1, 30, -1"
  })
  void shouldTakeTheStepOfDdnmPlusInPixels(double gain, double eta, int t, int target) {
    var measurement = SmallProblems.measurement("ct");
    var row = row(measurement, t, target, NoiseRule.ZETA, eta * eta);
    double a = row.alphaBar();
    double b = row.step().targetAlphaBar();
    double before = Math.sqrt((1 - a) / a);
    double spread = Math.sqrt((1 - b) / b);
    double noise = gain * measurement.operator().noiseSigma();
    double weight = noise == 0 ? 1 : Math.min(1, spread / noise);
    double admitted = weight * noise;
    double rest = Math.sqrt(Math.max(0, spread * spread - admitted * admitted));
    var x0 = row.x0Hat().clone();
    for (int i = 0; i < x0.length; i++) {
      x0[i] = Math.max(-1, Math.min(1, x0[i]));
    }

    var expected = plus(doubles(x0), towards(row, x0), weight);
    for (int i = 0; i < expected.length; i++) {
      double moved = row.xt()[i] / Math.sqrt(a) - expected[i];
      expected[i] += Math.sqrt(1 - eta * eta) * spread / before * moved;
      expected[i] += eta * rest * row.fresh()[i];
      expected[i] *= Math.sqrt(b);
    }

    assertClose(after(new DdnmPlus(gain), row), expected);
  }

  /** With as many iterations as it takes, the system is solved; with one, it is descended. */
  @ParameterizedTest
  @CsvSource({
    "ct, 30, 0.85, 400, 300",
    "ct, 30, 1, 60, 2",
    "ct, 1, 0, 60, 2",
    "ct, 1, 1, 30, -1",
    "inpainting, 30, 0.5, 400, 300"
  })
  void shouldTakeTheStepOfDds(String kind, int iterations, double eta, int t, int target) {
    double gamma = 3;
    var measurement = SmallProblems.measurement(kind);
    var row = row(measurement, t, target, NoiseRule.ETA, eta);
    var matrix = Dense.matrix(measurement.operator());
    var x0 = doubles(row.x0Hat());
    for (int i = 0; i < x0.length; i++) {
      x0[i] = Math.max(-1, Math.min(1, x0[i]));
    }
    var system = plus(times(transpose(matrix), matrix), Dense.identity(x0.length, 1 / gamma), 1);
    var y = doubles(measurement.measurement());
    var uphill = times(transpose(matrix), plus(y, times(matrix, x0), -1));
    var expected = plus(x0, times(Dense.inverse(system), uphill), 1);
    if (iterations == 1) {
      double curvature = 0;
      var image = times(system, uphill);
      for (int i = 0; i < image.length; i++) {
        curvature += image[i] * uphill[i];
      }
      expected = plus(x0, uphill, norm(uphill) * norm(uphill) / curvature);
    }
    double b = row.step().targetAlphaBar();
    for (int i = 0; i < expected.length; i++) {
      expected[i] = Math.sqrt(b) * expected[i] + row.step().predicted() * row.eps()[i];
      expected[i] += row.step().fresh() * row.fresh()[i];
    }

    assertClose(after(new Dds(gamma, iterations), row), expected);
  }

  /** {@code A^+ (y - A x)}. */
  private static double[] towards(StepRow row, float[] x) {
    var measurement = row.measurement();
    return doubles(measurement.operator().likelihoodGradient(x, measurement.measurement()));
  }

  @Test
  void shouldKnowHowFarACorrectionMovesTheNextState() {
    var settings = new SamplerSettings(20, TimeGrid.UNIFORM, NoiseRule.ETA, 0.6, 1);
    var step = StepWeights.of(settings, 0.3, 0.5);
    float[] plain = {0.2f};
    float[] corrected = {0.2f};

    DdimStep.apply(plain, new float[] {0.7f}, new float[] {1}, settings, 0.3, 0.5);
    DdimStep.apply(corrected, new float[] {0.7f + 0.25f}, new float[] {1}, settings, 0.3, 0.5);

    assertThat(corrected[0] - plain[0]).isCloseTo((float) (0.25 * step.noise()), within(1e-6f));
    assertThat(StepWeights.of(settings, 0.3, 1)).isEqualTo(StepWeights.toClean(0.3));
  }

  private StepRow row(
      BoundMeasurement measurement, int t, int target, NoiseRule rule, double level) {
    double a = prior.schedule().alphaBar(t);
    double b = prior.schedule().alphaBar(target);
    var settings = new SamplerSettings(20, TimeGrid.UNIFORM, rule, level, 1);
    return SmallProblems.row(prior, measurement, t, StepWeights.of(settings, a, b), random);
  }

  private static double[] unconditional(StepRow row) {
    var x = row.xt().clone();
    DdimStep.apply(x, row.eps(), row.fresh(), row.step());
    return doubles(x);
  }

  private static double[] after(HTransform method, StepRow row) {
    var noise = plus(doubles(row.eps()), doubles(method.correct(List.of(row)).get(0)), 1);
    var x = row.xt().clone();
    DdimStep.apply(x, floats(noise), row.fresh(), row.step());
    return doubles(x);
  }

  private static void assertClose(double[] actual, double[] expected) {
    assertThat(actual).containsExactly(expected, within(2e-4));
    assertThat(norm(plus(actual, expected, -1))).isLessThan(2e-4);
  }
}
