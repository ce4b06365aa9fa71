package org.deftstream.service.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.deftstream.messaging.control.GuardSettings;
import org.junit.jupiter.api.Test;

class CanaryGuardTest {
  private final List<String> reasons = new ArrayList<>();

  private CanaryGuard guard(int window, int limit, Optional<ResidualRange> bounds) {
    return new CanaryGuard(new GuardSettings(window, limit, 10), bounds, reasons::add);
  }

  @Test
  void shouldEndATrialWhenEnoughOfTheLastMeasurementsWentWrong() {
    var guard = guard(4, 2, Optional.empty());
    guard.failed();
    for (int i = 0; i < 4; i++) {
      guard.reconstructed(1);
    }
    // The first one is forgotten by now.
    guard.reconstructed(11);
    assertThat(reasons).isEmpty();

    guard.failed();
    assertThat(reasons)
        .singleElement()
        .asString()
        .startsWith("2 of its last 4 measurements went wrong")
        .contains(
            "2 failed in the engine, 1 had a residual outside 0.00 to 10.0, the last one 11.0");
    guard.failed();
    guard.failed();
    assertThat(reasons).as("said once").hasSize(1);
  }

  @Test
  void shouldHoldResidualsToTheValidatedRange() {
    var guard = guard(10, 3, Optional.of(new ResidualRange(0.5, 2)));
    for (double residual : new double[] {0.5, 2, 1, 0.49, 2.01}) {
      guard.reconstructed(residual);
    }
    assertThat(reasons).isEmpty();
    guard.reconstructed(Double.NaN);
    assertThat(reasons).hasSize(1);
  }

  @Test
  void shouldBeSwitchedOff() {
    var guard = guard(1, 0, Optional.empty());
    guard.failed();
    guard.reconstructed(1e9);
    assertThat(reasons).isEmpty();
  }
}
