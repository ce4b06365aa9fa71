package org.deftstream.deft.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class NoiseScheduleTest {
  @Test
  void shouldEndAtThePublishedAmplificationsOfDdpm() {
    var schedule = NoiseSchedule.linear(1000, 1e-4, 2e-2);
    assertThat(schedule.alphaBar(-1)).isEqualTo(1);
    assertThat(schedule.alphaBar(0)).isCloseTo(1 - 1e-4, within(1e-12));
    // sqrt((1 - alphaBar) / alphaBar): how much the Tweedie estimate amplifies the prior's error.
    assertThat(amplification(schedule, 999)).isCloseTo(157, within(1.0));
    assertThat(amplification(schedule, 900)).isCloseTo(61, within(1.0));
    assertThat(amplification(schedule, 500)).isCloseTo(3.4, within(0.1));
  }

  private static double amplification(NoiseSchedule schedule, int t) {
    return Math.sqrt((1 - schedule.alphaBar(t)) / schedule.alphaBar(t));
  }

  @Test
  void shouldDecreaseFromTheCleanImageOn() {
    for (var schedule :
        new NoiseSchedule[] {
          NoiseSchedule.linear(50, 1e-4, 0.2),
          NoiseSchedule.scaledLinear(50, 1e-4, 0.2),
          NoiseSchedule.cosine(50)
        }) {
      for (int t = 0; t < schedule.steps(); t++) {
        assertThat(schedule.alphaBar(t)).isPositive().isLessThan(schedule.alphaBar(t - 1));
      }
    }
  }
}
