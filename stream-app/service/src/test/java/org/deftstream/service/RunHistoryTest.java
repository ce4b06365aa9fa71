package org.deftstream.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.UUID;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class RunHistoryTest {
  private static final UUID OLD = new UUID(1, 1);
  private static final TopicPartition FIRST = new TopicPartition("in", 0);
  private static final TopicPartition SECOND = new TopicPartition("in", 1);

  private final RunHistory history = new RunHistory("in");

  @Test
  void shouldTakeAllForCertainThatWasConsumedBeforeThisProcess() {
    history.begin(new UUID(2, 2));
    assertThat(history.certainBelow(OLD, 0)).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void shouldKnowHowFarATopicOfThisProcessWasConsumedForCertain() {
    history.begin(OLD);
    assertThat(history.certainBelow(OLD, 0)).isZero();
    history.confirm(OLD, 0, 7);
    history.confirm(OLD, 0, 5);
    assertThat(history.certainBelow(OLD, 0)).isEqualTo(8);
    assertThat(history.certainBelow(OLD, 1)).isZero();
  }

  @Test
  void shouldRewindOnlyWhatIsAssignedAndOnlyOnce() {
    try (var consumer = new MockConsumer<byte[], byte[]>("none")) {
      consumer.assign(List.of(FIRST));
      consumer.updateBeginningOffsets(java.util.Map.of(FIRST, 3L));
      consumer.seek(FIRST, 20);
      history.consume(0, true);
      history.consume(1, true);
      history.rewind(consumer);
      assertThat(consumer.position(FIRST)).isEqualTo(3);

      consumer.seek(FIRST, 20);
      history.rewind(consumer);
      assertThat(consumer.position(FIRST)).isEqualTo(20);

      history.consume(1, false);
      consumer.assign(List.of(SECOND));
      consumer.seek(SECOND, 9);
      history.rewind(consumer);
      assertThat(consumer.position(SECOND)).isEqualTo(9);
    }
  }
}
