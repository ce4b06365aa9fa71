package org.deftstream.deft.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class EngineSettingsTest {

  @Test
  void shouldHaveTheDocumentedDefaults() {
    assertThat(EngineSettings.of(16))
        .isEqualTo(new EngineSettings(16, 64, 256L << 20, 8, Duration.ofSeconds(10)));
  }

  @Test
  void shouldNameTheSettingAndTheLimitWhenItIsWrong() {
    assertThatThrownBy(() -> EngineSettings.of(0)).hasMessage("maxBatch must be at least 1, got 0");
    assertThatThrownBy(() -> EngineSettings.of(8).withSlots(7))
        .hasMessage("slots must be at least maxBatch (8), got 7");
    assertThatThrownBy(() -> EngineSettings.of(8).withFailureLimit(0))
        .hasMessage("failureLimit must be at least 1, got 0");
    assertThatThrownBy(() -> EngineSettings.of(8).withCloseTimeout(Duration.ofSeconds(-1)))
        .hasMessageContaining("closeTimeout must not be negative");
  }
}
