package org.deftstream.tests.clients;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The programs on the page of clients are the files that {@link ClientsIT} runs. */
class ClientsPageTest {
  private static final Path PAGE = Path.of("..", "..", "docs", "clients.md");

  @ParameterizedTest
  @CsvSource({
    "java, src/test/java/org/deftstream/tests/clients/ProduceMeasurements.java",
    "java, src/test/java/org/deftstream/tests/clients/ConsumeReconstructions.java",
    "js, ../../clients/javascript/examples/send.mjs",
    "js, ../../clients/javascript/examples/receive.mjs",
    "python, ../../clients/python/examples/send.py",
    "python, ../../clients/python/examples/receive.py",
    "sh, ../../clients/shell/kcat.sh"
  })
  void shouldShowTheTestedFile(String language, String file) throws IOException {
    assertThat(Files.readString(PAGE))
        .contains("```" + language + "\n" + Files.readString(Path.of(file)) + "```\n");
  }
}
