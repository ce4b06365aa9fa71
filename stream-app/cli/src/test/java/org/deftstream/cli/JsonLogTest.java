package org.deftstream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With {@code log.format=json} every line of a process's standard error is a document. */
class JsonLogTest {
  private static final String NOWHERE = "--set=bootstrap.servers=127.0.0.1:1";
  private static final String REGISTRY = "--set=schema.registry.url=http://127.0.0.1:1";
  private static final String SHORT = "--set=connect.timeout.ms=300";

  @TempDir Path directory;

  private List<String> lines(Map<String, String> environment, String... arguments)
      throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Deftstream.class.getName()));
    command.addAll(List.of(arguments));
    var errors = directory.resolve("stderr").toFile();
    var builder =
        new ProcessBuilder(command)
            .redirectError(errors)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD);
    builder.environment().putAll(environment);
    var process = builder.start();
    try {
      assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
      assertThat(process.exitValue()).isNotZero();
    } finally {
      process.destroyForcibly();
    }
    return Files.readAllLines(errors.toPath(), StandardCharsets.UTF_8);
  }

  private static void assertDocuments(List<String> lines, String last) throws IOException {
    assertThat(lines).isNotEmpty();
    for (var line : lines) {
      var document = new ObjectMapper().readTree(line);
      assertThat(document.isObject()).as(line).isTrue();
      assertThat(document.at("/time").asText()).isNotEmpty();
    }
    var end = new ObjectMapper().readTree(lines.get(lines.size() - 1));
    assertThat(end.get("level").asText()).isEqualTo("ERROR");
    assertThat(end.get("message").asText()).contains(last);
  }

  @Test
  void shouldEndInADocument() throws Exception {
    assertDocuments(
        lines(Map.of(), "serve", "--verbose", NOWHERE, REGISTRY, SHORT, "--set", "log.format=json"),
        "no Kafka broker answers");
  }

  @Test
  void shouldReportWrongUsageInADocument() throws Exception {
    assertDocuments(lines(Map.of("DEFTSTREAM_LOG_FORMAT", "json"), "serv"), "did you mean serve?");
  }

  @Test
  void shouldReportAnotherWrongSettingInADocument() throws Exception {
    var file = directory.resolve("service.properties");
    Files.writeString(file, "log.format=json\nhttp.port=many\n");
    assertDocuments(
        lines(Map.of(), "serve", NOWHERE, REGISTRY, "--config", file.toString()), "http.port");
  }
}
