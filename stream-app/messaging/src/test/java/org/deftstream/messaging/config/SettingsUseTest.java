package org.deftstream.messaging.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** A setting that nothing reads is a promise that nothing keeps. */
class SettingsUseTest {
  /** Surefire runs in the module's directory. */
  private static final Path SOURCES = Path.of("src", "main", "java");

  private static final Pattern KEY = Pattern.compile("ServiceKeys\\.([A-Z_0-9]+)");

  @Test
  void shouldReadEveryKeyInATypedAccessor() throws IOException, IllegalAccessException {
    var accessors =
        Files.readString(SOURCES.resolve("org/deftstream/stream/config/ServiceSettings.java"));
    var read = KEY.matcher(accessors).results().map(match -> match.group(1)).toList();

    for (var field : ServiceKeys.class.getDeclaredFields()) {
      if (field.getType() == String.class
          && ServiceKeys.definition().names().contains((String) field.get(null))) {
        assertThat(read).as(field.getName()).contains(field.getName());
      }
    }
  }

  @Test
  void shouldUseEveryAccessorInTheService() throws IOException {
    var others = sourcesOutsideThisPackage();

    assertThat(accessors()).isNotEmpty();
    for (var accessor : accessors()) {
      assertThat(others)
          .as("somebody reads settings.%s()", accessor)
          .anyMatch(source -> source.contains("settings." + accessor + "()"));
    }
  }

  private static List<String> accessors() {
    return Arrays.stream(ServiceSettings.class.getDeclaredMethods())
        .filter(method -> Modifier.isPublic(method.getModifiers()))
        .filter(method -> !Modifier.isStatic(method.getModifiers()))
        .map(Method::getName)
        // Part of connection(), and for people.
        .filter(name -> !List.of("adminConfig", "describe", "toString").contains(name))
        .toList();
  }

  private static List<String> sourcesOutsideThisPackage() throws IOException {
    try (var files = Files.walk(SOURCES)) {
      return files
          .filter(file -> file.toString().endsWith(".java"))
          .filter(file -> !file.getParent().endsWith("config"))
          .map(SettingsUseTest::read)
          // A command may have named them otherwise.
          .map(source -> source.replace("service.", "settings."))
          .toList();
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
