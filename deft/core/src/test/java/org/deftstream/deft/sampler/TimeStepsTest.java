package org.deftstream.deft.sampler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.deftstream.deft.sampler.SamplerSettings.Init;
import org.deftstream.deft.sampler.SamplerSettings.NoiseRule;
import org.deftstream.deft.sampler.SamplerSettings.Solver;
import org.deftstream.deft.sampler.SamplerSettings.TimeGrid;
import org.deftstream.deft.schedule.NoiseSchedule;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TimeStepsTest {
  private static final NoiseSchedule SCHEDULE = NoiseSchedule.linear(1000, 1e-4, 2e-2);

  @Test
  void shouldSpaceUniformlyFrom990To0() {
    int[] steps = TimeSteps.of(settings(100, TimeGrid.UNIFORM), SCHEDULE);

    assertThat(steps).hasSize(100).startsWith(990, 980, 970).endsWith(20, 10, 0);
  }

  /** At timestep 0 there would be nothing to do, and the answer would be the noise. */
  @ParameterizedTest
  @EnumSource(TimeGrid.class)
  void shouldStartASingleStepAtTheNoisyEnd(TimeGrid grid) {
    assertThat(TimeSteps.of(settings(1, grid), SCHEDULE)).containsExactly(999);
  }

  @Test
  void shouldSpaceQuadraticallyAndByRoot() {
    assertThat(TimeSteps.of(settings(4, TimeGrid.QUADRATIC), SCHEDULE))
        .containsExactly(999, 444, 111, 0);
    assertThat(TimeSteps.of(settings(4, TimeGrid.ROOT), SCHEDULE))
        .containsExactly(999, 816, 577, 0);
  }

  @Test
  void shouldSpaceEvenlyInTheLogarithmOfTheSignalToNoiseRatio() {
    int[] steps = TimeSteps.of(settings(5, TimeGrid.LOG_SNR), SCHEDULE);

    assertThat(steps).startsWith(999).endsWith(0);
    double whole = logSnr(0) - logSnr(999);
    for (int i = 0; i + 1 < 5; i++) {
      assertThat(logSnr(steps[i + 1]) - logSnr(steps[i]))
          .isCloseTo(whole / 4, within(0.05 * whole / 4));
    }
  }

  private static double logSnr(int t) {
    return Math.log(SCHEDULE.alphaBar(t) / (1 - SCHEDULE.alphaBar(t)));
  }

  @Test
  void shouldStartLaterFromAPseudoInverse() {
    for (var grid : TimeGrid.values()) {
      int[] steps = TimeSteps.of(later(20, grid), SCHEDULE);
      assertThat(steps).hasSize(20).endsWith(0);
      assertThat(steps[0]).isBetween(380, 399);
    }
    assertThatThrownBy(() -> TimeSteps.of(later(401, TimeGrid.UNIFORM), SCHEDULE))
        .hasMessage("steps must be at most 400, those of the prior up to start 0.4, got 401");
  }

  private static SamplerSettings later(int steps, TimeGrid grid) {
    return new SamplerSettings(
        steps, grid, NoiseRule.ETA, 1, 1, Solver.DDIM, Init.PSEUDO_INVERSE, 0.4);
  }

  @ParameterizedTest
  @EnumSource(TimeGrid.class)
  void shouldDescendStrictlyWhateverTheNumberOfSteps(TimeGrid grid) {
    for (int steps : new int[] {1, 2, 3, 7, 20, 50, 99, 333, 600, 999, 1000}) {
      int[] timesteps = TimeSteps.of(settings(steps, grid), SCHEDULE);
      assertThat(timesteps).hasSize(steps);
      assertThat(timesteps[0]).isLessThanOrEqualTo(999);
      for (int i = 0; i < steps; i++) {
        assertThat(TimeSteps.target(timesteps, i)).isLessThan(timesteps[i]);
      }
      assertThat(TimeSteps.target(timesteps, steps - 1)).isEqualTo(-1);
      if (steps > 1) {
        assertThat(timesteps[steps - 1]).isZero();
      }
    }
  }

  @Test
  void shouldRefuseMoreStepsThanTheScheduleHas() {
    assertThatThrownBy(() -> TimeSteps.of(settings(1001, TimeGrid.UNIFORM), SCHEDULE))
        .hasMessage("steps must be at most 1000, those of the prior, got 1001");
  }

  private static SamplerSettings settings(int steps, TimeGrid grid) {
    return new SamplerSettings(steps, grid, NoiseRule.ETA, 1, 1);
  }
}
