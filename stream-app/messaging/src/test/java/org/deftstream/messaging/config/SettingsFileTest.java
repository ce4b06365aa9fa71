package org.deftstream.messaging.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.deftstream.deft.UserError;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingsFileTest {
  private static final String TEXT =
      "bootstrap.servers=b:9092\nschema.registry.url=http://r:8081\n# Größe\n";

  @TempDir Path directory;

  private Path file(byte[] bytes) throws IOException {
    return Files.write(directory.resolve("service.properties"), bytes);
  }

  private static ServiceSettings load(Path file) {
    return ServiceSettings.load(Optional.of(file), Map.of(), List.of());
  }

  @ParameterizedTest
  @CsvSource({"'\uFEFF',''", "'',''", "'\uFEFF','\uFEFF'"})
  void shouldPassOverAMarkThatCannotBeSeen(String first, String second) throws IOException {
    var text = first + TEXT + second + "http.port=8089\n";

    var settings = load(file(text.getBytes(StandardCharsets.UTF_8)));

    assertThat(settings.bootstrapServers()).isEqualTo("b:9092");
    assertThat(settings.get(ServiceKeys.HTTP_PORT)).hasValue(8089);
  }

  @ParameterizedTest
  @CsvSource({
    "UTF-16, is UTF-16 text; save it as UTF-8",
    "UTF-16LE, is UTF-16 text; save it as UTF-8",
    "UTF-16BE, is UTF-16 text; save it as UTF-8",
    "UTF-32LE, is UTF-32 text; save it as UTF-8",
    "UTF-32BE, is UTF-32 text; save it as UTF-8",
    "ISO-8859-1, is not UTF-8 text; save it as UTF-8"
  })
  void shouldRefuseAnotherEncodingByItsName(String encoding, String message) throws IOException {
    var file = file(TEXT.getBytes(Charset.forName(encoding)));

    assertThatThrownBy(() -> load(file))
        .isInstanceOf(UserError.class)
        .hasMessage("the settings file " + file + " " + message);
  }

  @Test
  void shouldRefuseWhatIsNoTextFile() throws IOException {
    assertThatThrownBy(() -> load(directory))
        .isInstanceOf(UserError.class)
        .hasMessageEndingWith("is a directory");
    assertThatThrownBy(() -> load(file("http.port=80\0".getBytes(StandardCharsets.UTF_8))))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("NUL");
    assertThatThrownBy(() -> load(file(new byte[2 << 20])))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("more than 1048576 bytes");
    assertThatThrownBy(() -> load(file("a=\\u12".getBytes(StandardCharsets.UTF_8))))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("is not a properties file");
  }

  @Test
  void shouldReadAnEmptyFile() throws IOException {
    assertThatThrownBy(() -> load(file(new byte[0])))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("is missing");
  }
}
