package org.deftstream.messaging.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** A setting that nothing reads is a promise that nothing keeps. */
class SettingsUseTest {
  /** Surefire runs in the module's directory. */
  private static final Path SOURCES =
      Path.of("src", "main", "java", "org", "deftstream", "messaging", "config");

  private static final Pattern KEY = Pattern.compile("ServiceKeys\\.([A-Z_0-9]+)");

  @Test
  void shouldReadEveryKeyInATypedAccessor() throws IOException, IllegalAccessException {
    var accessors = Files.readString(SOURCES.resolve("ServiceSettings.java"));
    var read = KEY.matcher(accessors).results().map(match -> match.group(1)).toList();

    for (var field : ServiceKeys.class.getDeclaredFields()) {
      if (field.getType() == String.class
          && ServiceKeys.definition().names().contains((String) field.get(null))) {
        assertThat(read).as(field.getName()).contains(field.getName());
      }
    }
  }
}
