package org.deftstream.messaging.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ConfigurationPageTest {
  /** Surefire runs in the module's directory. */
  private static final Path PAGE = Path.of("..", "..", "docs", "configuration.md");

  @Test
  void shouldBeWrittenAsTheCodeHasIt() throws IOException {
    if (Boolean.getBoolean("deftstream.docs.write")) {
      Files.writeString(PAGE, ConfigurationPage.render());
    }
    assertThat(PAGE).hasContent(ConfigurationPage.render());
  }

  @Test
  void shouldSayWhatASettingTakes() {
    var keys = SettingsCheck.definition().configKeys();

    assertThat(ConfigurationPage.range(keys.get(ServiceKeys.STREAM_THREADS.key())))
        .isEqualTo("a whole number from 1 to 256");
    assertThat(ConfigurationPage.range(keys.get(EngineKeys.ADMISSION_BYTES.key())))
        .isEqualTo("a whole number from 1048576");
    assertThat(ConfigurationPage.range(keys.get(ConnectionKeys.BOOTSTRAP_SERVERS.key())))
        .isEqualTo("text, not empty");
  }
}
