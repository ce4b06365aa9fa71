package org.deftstream.deft.sampler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.deftstream.deft.sampler.SamplerSettings.Init;
import org.deftstream.deft.sampler.SamplerSettings.NoiseRule;
import org.deftstream.deft.sampler.SamplerSettings.Solver;
import org.deftstream.deft.sampler.SamplerSettings.TimeGrid;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DpmSolverStepTest {
  private static final double A = 0.2;
  private static final double B = 0.45;
  private static final double C = 0.8;

  @ParameterizedTest
  @ValueSource(doubles = {0, 1})
  void shouldBeginLikeDdim(double eta) {
    float[] x = {0.8f, -0.1f};
    float[] expected = x.clone();
    float[] e = {-0.4f, 0.9f};
    float[] z = {1.3f, 0.2f};

    Stepper.of(settings(eta, Solver.DPMPP_2M)).apply(x, e, z, weights(eta, A, B));
    Stepper.of(settings(eta, Solver.DDIM)).apply(expected, e, z, weights(eta, A, B));

    assertThat(x).containsExactly(expected, within(1e-6f));
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.6, 1})
  void shouldExtrapolateTheCleanImageFromTheSecondStepOn(double eta) {
    float[] x = {0.8f};
    var solver = Stepper.of(settings(eta, Solver.DPMPP_2M));
    double before = clean(x[0], -0.4, A);
    solver.apply(x, new float[] {-0.4f}, new float[] {1.3f}, weights(eta, A, B));

    double now = clean(x[0], 0.7, B);
    double h = lambda(C) - lambda(B);
    double r = (lambda(B) - lambda(A)) / h;
    double towards = (1 + 1 / (2 * r)) * now - before / (2 * r);
    double expected =
        Math.sqrt((1 - C) / (1 - B)) * Math.exp(-eta * h) * x[0]
            + Math.sqrt(C) * (1 - Math.exp(-(1 + eta) * h)) * towards
            + Math.sqrt((1 - C) * (1 - Math.exp(-2 * eta * h))) * -0.5;
    solver.apply(x, new float[] {0.7f}, new float[] {-0.5f}, weights(eta, B, C));

    assertThat(x[0]).isCloseTo((float) expected, within(1e-5f));
  }

  @Test
  void shouldEndAtTheCleanImageOfTheLastStep() {
    float[] x = {0.8f};
    var solver = Stepper.of(settings(1, Solver.DPMPP_2M));
    solver.apply(x, new float[] {-0.4f}, new float[] {1.3f}, weights(1, A, C));
    double clean = clean(x[0], 0.7, C);

    solver.apply(x, new float[] {0.7f}, null, weights(1, C, 1));

    assertThat(x[0]).isCloseTo((float) clean, within(1e-6f));
  }

  private static double clean(double x, double e, double a) {
    return (x - Math.sqrt(1 - a) * e) / Math.sqrt(a);
  }

  private static double lambda(double a) {
    return Math.log(Math.sqrt(a) / Math.sqrt(1 - a));
  }

  private static StepWeights weights(double eta, double a, double b) {
    return StepWeights.of(settings(eta, Solver.DDIM), a, b);
  }

  private static SamplerSettings settings(double eta, Solver solver) {
    return new SamplerSettings(10, TimeGrid.UNIFORM, NoiseRule.ETA, eta, 1, solver, Init.NOISE, 1);
  }
}
