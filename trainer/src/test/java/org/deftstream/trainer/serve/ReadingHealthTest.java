package org.deftstream.trainer.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ReadingHealthTest {
  private long now;
  private final ReadingHealth health = new ReadingHealth(() -> now);

  private void pass(int seconds) {
    now += Duration.ofSeconds(seconds).toNanos();
  }

  @Test
  void shouldBeReadyWhileKafkaAnswersOnly() {
    assertThat(health.unready()).isPresent();
    assertThat(health.dead()).isEmpty();
    health.polled(0, true);
    pass(30);
    assertThat(health.unready()).isEmpty();
    pass(1);
    health.failed("Kafka does not answer");
    assertThat(health.unready().orElseThrow())
        .isEqualTo("Kafka gave no pairs within 30 s: Kafka does not answer");
    assertThat(health.dead()).isEmpty();
    health.polled(0, true);
    assertThat(health.unready()).isEmpty();
  }

  @Test
  void shouldLiveThroughALongTimeWithoutKafka() {
    for (int i = 0; i < 100; i++) {
      health.failed("Kafka does not answer");
    }
    assertThat(health.dead()).isEmpty();
  }

  @Test
  void shouldBeDeadWhenItBeginsAgainAndAgainAtOnePlace() {
    for (int i = 0; i < 5; i++) {
      assertThat(health.dead()).isEmpty();
      health.polled(3, false);
      health.polled(7, false);
      health.failed("cannot write dead letters");
    }
    assertThat(health.dead().orElseThrow()).endsWith("same place: cannot write dead letters");
    assertThat(health.unready()).isPresent();
    health.polled(8, false);
    assertThat(health.dead()).isEmpty();
  }

  @Test
  void shouldNotCountRareFailuresOfATopicToWhichNothingComes() {
    for (int i = 0; i < 20; i++) {
      health.polled(7, true);
      health.failed("a broker was started again");
    }
    assertThat(health.dead()).isEmpty();
  }

  @Test
  void shouldBeDeadWhenAThreadHasEnded() {
    health.polled(7, true);
    health.ended("no memory");
    assertThat(health.dead()).contains("no memory");
    assertThat(health.unready()).contains("no memory");
  }
}
