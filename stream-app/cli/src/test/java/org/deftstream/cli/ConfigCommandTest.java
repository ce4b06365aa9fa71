package org.deftstream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigCommandTest {
  private static final String SECRET = "0123456789abcdef-secret";

  @TempDir private Path directory;

  private static String run(String... args) {
    var out = new StringWriter();
    var line = Deftstream.commandLine();
    line.setOut(new PrintWriter(out));
    assertThat(line.execute(args)).isZero();
    return out.toString();
  }

  @Test
  void shouldSayWhatHoldsAndWhereItCameFromAndHideSecrets() throws Exception {
    var file = directory.resolve("s.properties");
    Files.writeString(
        file,
        "bootstrap.servers=a:1\nschema.registry.url=http://a\nengine.max.batch=7\nhttp.token="
            + SECRET
            + "\nkafka.sasl.jaas.config=x "
            + SECRET
            + "\n");
    String[] options = {"--config", file.toString(), "--set", "http.port=8089"};

    String all = run("config", "show", options[0], options[1], options[2], options[3]);
    assertThat(all)
        .containsPattern("engine\\.max\\.batch=7 +in " + file)
        .containsPattern("http\\.port=8089 +in --set")
        .containsPattern("http\\.host=127\\.0\\.0\\.1 +default")
        .contains("kafka.sasl.jaas.config=(hidden)")
        .doesNotContain(SECRET);
    String changed =
        run(
            "config",
            "show",
            options[0],
            options[1],
            options[2],
            options[3],
            "--changed",
            "--json");
    assertThat(changed).contains("engine.max.batch").doesNotContain("http.host", SECRET);
  }

  @Test
  void shouldWriteACompletionForTheShell() {
    assertThat(run("generate-completion")).contains("deftstream", "adapters", "config");
  }
}
