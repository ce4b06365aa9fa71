package org.deftstream.deft.sampler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.deftstream.deft.sampler.SamplerSettings.NoiseRule;
import org.deftstream.deft.sampler.SamplerSettings.TimeGrid;
import org.junit.jupiter.api.Test;

class DdimStepTest {
  private static final double A = 0.3;
  private static final double B = 0.55;

  @Test
  void shouldFollowTheFormulaOfDdim() {
    double eta = 0.7;
    double x = 0.8;
    double e = -0.4;
    double z = 1.3;
    double clean = (x - Math.sqrt(1 - A) * e) / Math.sqrt(A);
    double c1 = eta * Math.sqrt((1 - A / B) * (1 - B) / (1 - A));
    double c2 = Math.sqrt(1 - B - c1 * c1);

    assertThat(step(x, e, z, NoiseRule.ETA, eta, B))
        .isCloseTo((float) (Math.sqrt(B) * clean + c1 * z + c2 * e), within(1e-6f));
    assertThat(DdimStep.clean(new float[] {(float) x}, new float[] {(float) e}, A)[0])
        .isCloseTo((float) clean, within(1e-6f));
  }

  @Test
  void shouldFollowTheFormulaOfDiffPir() {
    double zeta = 0.3;
    double x = 0.8;
    double e = -0.4;
    double z = 1.3;
    double clean = (x - Math.sqrt(1 - A) * e) / Math.sqrt(A);
    double expected =
        Math.sqrt(B) * clean + Math.sqrt(1 - B) * (Math.sqrt(1 - zeta) * e + Math.sqrt(zeta) * z);

    assertThat(step(x, e, z, NoiseRule.ZETA, zeta, B)).isCloseTo((float) expected, within(1e-6f));
  }

  @Test
  void shouldEndAtTheCleanImageWithoutFreshNoise() {
    float clean = DdimStep.clean(new float[] {0.8f}, new float[] {-0.4f}, A)[0];
    for (var rule : NoiseRule.values()) {
      assertThat(DdimStep.freshNoise(settings(rule, 1), A, 1)).isZero();
      var x = new float[] {0.8f};
      DdimStep.apply(x, new float[] {-0.4f}, null, settings(rule, 1), A, 1);
      assertThat(x[0]).isCloseTo(clean, within(1e-6f));
    }
  }

  @Test
  void shouldNotTakeTheRootOfANegativeNothing() {
    for (double b = A + 1e-9; b < 1; b += 0.01) {
      for (var rule : NoiseRule.values()) {
        assertThat(step(0.8, -0.4, 1.3, rule, 1, b)).isFinite();
      }
    }
  }

  private static float step(
      double x, double e, double z, NoiseRule rule, double level, double target) {
    var state = new float[] {(float) x};
    DdimStep.apply(
        state, new float[] {(float) e}, new float[] {(float) z}, settings(rule, level), A, target);
    return state[0];
  }

  private static SamplerSettings settings(NoiseRule rule, double level) {
    return new SamplerSettings(10, TimeGrid.UNIFORM, rule, level, 1);
  }
}
