package org.deftstream.messaging.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ConnectException;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Deserializer;
import org.deftstream.deft.UserError;
import org.junit.jupiter.api.Test;

class CompactedTopicTest {
  private final TreeMap<String, String> states = new TreeMap<>();

  private void apply(Exception cause) {
    Deserializer<String> failing =
        (topic, bytes) -> {
          throw new SerializationException("schema", cause);
        };
    CompactedTopic.apply(
        new ConsumerRecord<>("adapters", 0, 7, "task", new byte[9]), failing, states);
  }

  /** Passed over, a task's definition would count as retired, and its pairs as of no task. */
  @Test
  void shouldNotTakeARecordForGoneWhileTheRegistryDoesNotAnswer() {
    assertThatThrownBy(() -> apply(new ConnectException("Connection refused")))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("the schema registry does not answer")
        .hasMessageEndingWith("Connection refused");
  }

  @Test
  void shouldPassOverWhatNobodyCanRead() {
    states.put("other", "state");
    apply(new IOException("Invalid schema type PROTOBUF"));
    assertThat(states).containsOnlyKeys("other");
  }
}
