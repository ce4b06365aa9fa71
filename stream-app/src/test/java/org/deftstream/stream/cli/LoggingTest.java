package org.deftstream.stream.cli;

import static org.assertj.core.api.Assertions.assertThatCode;

import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;

class LoggingTest {
  /** Logback ignores a configuration that it cannot parse, and logs everything. */
  @Test
  void shouldBeConfiguredByWellFormedXml() {
    assertThatCode(
            () -> {
              try (var in = Deftstream.class.getResourceAsStream("/logback.xml")) {
                DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(in);
              }
            })
        .doesNotThrowAnyException();
  }
}
