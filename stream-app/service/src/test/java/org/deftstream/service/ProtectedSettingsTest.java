package org.deftstream.service;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.deftstream.deft.UserError;
import org.deftstream.service.ServiceOptions.Connection;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Any of these would lose records, answer them twice, or stop their partition. */
class ProtectedSettingsTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "processing.guarantee",
        "processing.exception.handler",
        "deserialization.exception.handler",
        "production.exception.handler",
        "num.stream.threads",
        "consumer.isolation.level",
        "main.consumer.auto.offset.reset",
        "producer.transactional.id",
        "producer.transaction.timeout.ms"
      })
  void shouldRefuseByNameWhatBreaksThePromise(String name) {
    assertThatThrownBy(() -> ProtectedSettings.check(streams(Map.of(name, "1000"))))
        .isInstanceOf(UserError.class)
        .hasMessageStartingWith("streams." + name);
  }

  @Test
  void shouldSayWhatWouldBeRight() {
    assertThatThrownBy(() -> ProtectedSettings.check(streams(Map.of("num.stream.threads", 4))))
        .hasMessage("streams.num.stream.threads cannot be set: it is the service's stream.threads");
    assertThatThrownBy(
            () ->
                ProtectedSettings.check(
                    connection(Map.of(), Map.of(), Map.of("transaction.timeout.ms", "2000"))))
        .hasMessage(
            "producer.transaction.timeout.ms=2000: must be a number of milliseconds, at least"
                + " 10000");
    assertThatThrownBy(
            () ->
                ProtectedSettings.check(
                    connection(Map.of(), Map.of("isolation.level", "x"), Map.of())))
        .hasMessageStartingWith("consumer.isolation.level cannot be set");
  }

  @Test
  void shouldPassWhatIsTheOperatorsOwn() {
    assertThatCode(
            () ->
                ProtectedSettings.check(
                    connection(
                        Map.of("replication.factor", 3, "consumer.session.timeout.ms", 6000),
                        Map.of("max.poll.records", 32),
                        Map.of("transaction.timeout.ms", 60_000, "compression.type", "zstd"))))
        .doesNotThrowAnyException();
  }

  private static Connection streams(Map<String, Object> streams) {
    return connection(streams, Map.of(), Map.of());
  }

  private static Connection connection(
      Map<String, Object> streams, Map<String, Object> consumer, Map<String, Object> producer) {
    return new Connection("b", "r", Map.of(), streams, consumer, producer, Map.of());
  }
}
