package org.deftstream.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.deftstream.messaging.config.ServiceSettings;
import org.junit.jupiter.api.Test;

class ServiceOptionsTest {
  @Test
  void shouldGiveTheEngineWhatTheSettingsSay() {
    var engine =
        ServiceOptions.of(
                ServiceSettings.of(
                    "bootstrap.servers=broker:9092",
                    "schema.registry.url=http://registry:8081",
                    "engine.max.batch=5",
                    "engine.state.bytes=2097152",
                    "engine.close.timeout.ms=7000"))
            .engine();
    assertThat(engine.maxBatch()).isEqualTo(5);
    assertThat(engine.stateBytes()).isEqualTo(2 << 20);
    assertThat(engine.closeTimeout()).isEqualTo(Duration.ofSeconds(7));
  }
}
