package org.deftstream.service.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RoutingTest {
  private static final int MEASUREMENTS = 20_000;

  private final LoadedAdapter stable = Fixture.loaded("a-1", new ReferenceCount());
  private final LoadedAdapter canary = Fixture.loaded("a-2", new ReferenceCount());
  private final LoadedAdapter kept = Fixture.loaded("a-0", new ReferenceCount());

  private Routing routing(double share) {
    var task = Fixture.task();
    return new Routing(
        task,
        Fixture.PRIOR,
        task.trainingFree().hTransform(Fixture.PRIOR),
        Optional.of(stable),
        Optional.of(canary),
        share,
        Map.of("a-0", kept, "a-1", stable, "a-2", canary),
        Optional.empty(),
        Optional.empty());
  }

  private boolean goesToCanary(double share, int measurement) {
    return routing(share)
        .choose("scan-" + measurement, Optional.empty())
        .equals(Optional.of(canary));
  }

  @Test
  void shouldSendItsShareToTheCanary() {
    for (double share : new double[] {0, 0.01, 0.1, 0.5, 1}) {
      var routing = routing(share);
      long count =
          IntStream.range(0, MEASUREMENTS)
              .filter(
                  i -> routing.choose("scan-" + i, Optional.empty()).equals(Optional.of(canary)))
              .count();

      // Four standard deviations of a fair draw; the ids are fixed, so the count is too.
      double deviation = Math.sqrt(share * (1 - share) / MEASUREMENTS);
      assertThat((double) count / MEASUREMENTS).isCloseTo(share, within(4 * deviation + 1e-12));
    }
  }

  @Test
  void shouldKeepAMeasurementOnItsSideWhenTheShareGrows() {
    for (int i = 0; i < 200; i++) {
      if (goesToCanary(0.1, i)) {
        assertThat(goesToCanary(0.1, i)).isTrue();
        assertThat(goesToCanary(0.3, i)).isTrue();
      }
    }
    assertThat(IntStream.range(0, 200).filter(i -> goesToCanary(0.1, i)).count()).isPositive();
  }

  @Test
  void shouldServeThePinnedAdapterWhateverTheShare() {
    var routing = routing(1);

    assertThat(routing.choose("scan-1", Optional.of("a-0"))).containsSame(kept);
    assertThat(routing.choose("scan-1", Optional.of("a-1"))).containsSame(stable);
    assertThatThrownBy(() -> routing.choose("scan-1", Optional.of("a-9")))
        .isInstanceOf(UnknownAdapterException.class)
        .hasMessage(
            "adapter 'a-9' is not loaded for task 'tiny/inpaint'; loaded adapters: a-0, a-1, a-2");
  }
}
