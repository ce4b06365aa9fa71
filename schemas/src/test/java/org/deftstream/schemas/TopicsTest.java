package org.deftstream.schemas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class TopicsTest {

  @Test
  void shouldNameTheTopics() {
    assertThat(Topics.defaults().definitions(1))
        .extracting(TopicDefinition::name)
        .containsExactlyInAnyOrder(
            "measurements",
            "measurements.dlq",
            "reconstructions",
            "measurements.probe",
            "labelled-pairs",
            "labelled-pairs.dlq",
            "adapters",
            "adapter-weights",
            "adapter-status");
  }

  @Test
  void shouldPutThePrefixBeforeEveryName() {
    assertThat(Topics.withPrefix("north.").definitions(1))
        .allSatisfy(topic -> assertThat(topic.name()).startsWith("north."));
  }

  @Test
  void shouldGiveTicksAsManyPartitionsAsMeasurements() {
    Map<String, TopicDefinition> topics = byName(7);

    assertThat(topics.get("measurements").partitions()).isEqualTo(7);
    assertThat(topics.get("measurements.probe").partitions()).isEqualTo(7);
    assertThat(topics.get("adapters").partitions()).isEqualTo(1);
  }

  @Test
  void shouldNeverCompactWhatIsReadAgainByOffset() {
    assertThat(byName(1).get("measurements").settings()).containsEntry("cleanup.policy", "delete");
  }

  @Test
  void shouldLeaveRoomForTheHeadersOfADeadLetter() {
    int measurement = maxBytes(byName(1).get("measurements"));
    int deadLetter = maxBytes(byName(1).get("measurements.dlq"));

    assertThat(deadLetter).isGreaterThan(measurement);
  }

  @Test
  void shouldKeepDeadLettersAsRawBytes() {
    assertThat(byName(1).get("measurements.dlq").valueSchema()).isEmpty();
    assertThat(byName(1).get("measurements").subject()).isEqualTo("measurements-value");
  }

  @Test
  void shouldRefuseATopicWithoutPartitions() {
    assertThatThrownBy(() -> new TopicDefinition("a", 0, Map.of(), Optional.empty()))
        .hasMessage("topic a needs at least 1 partition, not 0");
  }

  private static Map<String, TopicDefinition> byName(int partitions) {
    return Topics.defaults().definitions(partitions).stream()
        .collect(Collectors.toMap(TopicDefinition::name, Function.identity()));
  }

  private static int maxBytes(TopicDefinition topic) {
    return Integer.parseInt(topic.settings().get("max.message.bytes"));
  }
}
