package org.deftstream.stream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.core.spi.FilterReply;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class RepetitionFilterTest {
  private final RepetitionFilter filter = new RepetitionFilter("noisy", Duration.ofSeconds(30));

  @Test
  void shouldLetOneMessageThroughInAWhile() {
    long start = Long.MAX_VALUE - 5;

    assertThat(filter.passes(start)).isTrue();
    assertThat(filter.passes(start + 1)).isFalse();
    assertThat(filter.passes(start + Duration.ofSeconds(29).toNanos())).isFalse();
    assertThat(filter.passes(start + Duration.ofSeconds(30).toNanos())).isTrue();
  }

  @Test
  void shouldLeaveOtherLoggersAlone() {
    assertThat(decide("noisy", Level.WARN)).isEqualTo(FilterReply.NEUTRAL);
    assertThat(decide("noisy", Level.DEBUG)).isEqualTo(FilterReply.NEUTRAL);
    assertThat(decide("noisy", Level.WARN)).isEqualTo(FilterReply.DENY);
    assertThat(decide("quiet", Level.WARN)).isEqualTo(FilterReply.NEUTRAL);
  }

  private FilterReply decide(String name, Level level) {
    var logger = new LoggerContext().getLogger(name);
    logger.setLevel(Level.WARN);
    return filter.decide(null, logger, level, "lost", new Object[0], null);
  }
}
