package org.deftstream.service.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.deftstream.service.topology.Texts.bytes;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.deftstream.service.ledger.RejectedRecordException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RecordInstructionsTest {
  @Test
  void shouldAskForNothingWithoutHeaders() {
    assertThat(RecordInstructions.of(new RecordHeaders(), Map.of()))
        .isEqualTo(new RecordInstructions(Optional.empty(), 0, null));
  }

  @Test
  void shouldReadEveryHeader() {
    var headers =
        new RecordHeaders()
            .add("deft.adapter", bytes("a-1"))
            .add("deft.priority", bytes(" -5 "))
            .add("deft.deadline", bytes("2030-01-31T12:00:00Z"));
    assertThat(RecordInstructions.of(headers, Map.of("deft.adapter", "a-2")))
        .isEqualTo(
            new RecordInstructions(Optional.of("a-1"), -5, Instant.parse("2030-01-31T12:00:00Z")));
  }

  @Test
  void shouldTakeMillisecondsAsADeadlineAndAnAttributeAsAPin() {
    var headers = new RecordHeaders().add("deft.deadline", bytes("1500"));
    assertThat(RecordInstructions.of(headers, Map.of("deft.adapter", "a-2")))
        .isEqualTo(new RecordInstructions(Optional.of("a-2"), 0, Instant.ofEpochMilli(1500)));
  }

  @ParameterizedTest
  @CsvSource({
    "deft.priority,high,from -100 to 100",
    "deft.priority,101,from -100 to 100",
    "deft.priority,99999999999,from -100 to 100",
    "deft.priority,'',from -100 to 100",
    "deft.deadline,tomorrow,2030-01-31T12:00:00Z",
    "deft.deadline,'',2030-01-31T12:00:00Z",
    "deft.deadline,99999999999999999999,2030-01-31T12:00:00Z"
  })
  void shouldSayWhatWouldBeRight(String name, String value, String right) {
    var headers = new RecordHeaders().add(name, bytes(value));
    assertThatThrownBy(() -> RecordInstructions.of(headers, Map.of()))
        .isInstanceOf(RejectedRecordException.class)
        .hasMessageContaining(name)
        .hasMessageContaining("'" + value + "'")
        .hasMessageContaining(right);
  }
}
