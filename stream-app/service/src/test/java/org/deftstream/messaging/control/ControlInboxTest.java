package org.deftstream.messaging.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.Deserializer;
import org.deftstream.schemas.avro.AdapterControl;
import org.deftstream.schemas.avro.Serve;
import org.deftstream.service.control.Fixture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ControlInboxTest {
  private final Set<String> away = new HashSet<>();
  private RuntimeException failure =
      new SerializationException("no schema", new ConnectException("Connection refused"));
  private int decoded;

  /** Values are names of tasks. */
  private final Deserializer<AdapterControl> values =
      (topic, bytes) -> {
        decoded++;
        String task = new String(bytes, StandardCharsets.UTF_8);
        if (away.contains(task)) {
          throw failure;
        }
        return AdapterControl.newBuilder(Fixture.control(Serve.TRAINING_FREE))
            .setTask(task)
            .build();
      };

  private final ControlInbox inbox = new ControlInbox("adapters", values, Duration.ZERO, 100_000);

  private void add(String task, long offset) {
    inbox.add(new ControlRecord(task, offset, task.getBytes(StandardCharsets.UTF_8)));
  }

  private List<ControlRequest> takeAll() {
    var taken = new ArrayList<ControlRequest>();
    for (var next = inbox.take(); next.isPresent(); next = inbox.take()) {
      taken.add(next.get());
    }
    return taken;
  }

  @Test
  void shouldKeepTheLastRecordOfEachTaskAndDecodeNoOther() {
    for (int i = 0; i < 20_000; i++) {
      add("unit/one", i);
    }
    add("unit/two", 20_000);

    assertThat(takeAll())
        .extracting(ControlRequest::task, ControlRequest::offset)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple("unit/one", 19_999L),
            org.assertj.core.groups.Tuple.tuple("unit/two", 20_000L));
    assertThat(decoded).isEqualTo(2);
    assertThat(inbox.isEmpty()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"refused", "hangs", "hangs, as Kafka says it"})
  void shouldKeepARecordUntilTheRegistryAnswers(String how) {
    failure =
        switch (how) {
          case "refused" -> failure;
          case "hangs" ->
              new SerializationException("no schema", new SocketTimeoutException("Read timed out"));
          default -> new TimeoutException("Error retrieving Avro value schema for id 4");
        };
    away.addAll(List.of("unit/one", "unit/two"));
    add("unit/one", 0);
    add("unit/two", 1);

    for (int i = 0; i < 5; i++) {
      assertThat(inbox.take()).isEmpty();
    }
    assertThat(inbox.isEmpty()).isFalse();
    assertThat(inbox.waitsFor().orElseThrow()).contains("2 control records", "schema registry");

    away.clear();
    var taken = takeAll();
    assertThat(taken).hasSize(2).allMatch(request -> request.state().isPresent());
    assertThat(inbox.waitsFor()).isEmpty();
  }

  @Test
  void shouldNotHoldOthersUpForASchemaThatTheRegistryDoesNotGive() {
    away.add("unit/one");
    add("unit/one", 0);
    add("unit/two", 1);
    add("unit/three", 2);

    assertThat(inbox.take()).isEmpty();
    assertThat(takeAll())
        .extracting(ControlRequest::task)
        .containsExactly("unit/two", "unit/three");
    assertThat(inbox.isEmpty()).isFalse();
    // A newer record of the task takes its place.
    inbox.add(new ControlRecord("unit/one", 3, null));
    assertThat(inbox.take().orElseThrow().state()).isEmpty();
    assertThat(inbox.isEmpty()).isTrue();
    assertThat(inbox.waitsFor()).isEmpty();
  }

  @Test
  void shouldRefuseWhatIsNotTheConnection() {
    away.add("unit/one");
    for (var thrown :
        List.of(
            new SerializationException("Invalid schema", new IOException("Invalid schema type")),
            new IndexOutOfBoundsException("3"))) {
      failure = thrown;
      add("unit/one", 7);
      assertThat(inbox.take().flatMap(ControlRequest::error).orElseThrow())
          .contains("control record at offset 7 cannot be read: " + thrown.getMessage());
    }
    assertThat(inbox.isEmpty()).isTrue();
  }

  @Test
  void shouldSayWhenItIsFull() {
    assertThat(inbox.full()).isFalse();
    inbox.add(new ControlRecord("unit/one", 0, new byte[100_000]));
    assertThat(inbox.full()).isTrue();
    assertThat(inbox.take().flatMap(ControlRequest::error)).isNotEqualTo(Optional.empty());
    assertThat(inbox.full()).isFalse();
  }
}
