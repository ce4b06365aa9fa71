package org.deftstream.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Pattern;
import org.deftstream.tests.platform.Shell;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The alerts as Prometheus itself reads them: what fires when. */
class AlertRulesTest {
  private static final Path RULES = Path.of("..", "..", "docker", "prometheus");
  private static final String CASES = "alerts-test.yml";

  @TempDir Path directory;

  @BeforeEach
  void copy() throws IOException {
    for (var name : new String[] {"alerts.yml", "prometheus.yml"}) {
      Files.copy(RULES.resolve(name), directory.resolve(name));
    }
    try (InputStream cases = AlertRulesTest.class.getResourceAsStream(CASES)) {
      Files.copy(cases, directory.resolve(CASES));
    }
  }

  /** Every alert is made to fire. */
  @Test
  void shouldHaveACaseForEveryAlert() throws IOException {
    var alerts =
        Pattern.compile("- alert: (\\w+)")
            .matcher(Files.readString(directory.resolve("alerts.yml")))
            .results()
            .map(each -> each.group(1))
            .toList();
    assertThat(alerts).hasSizeGreaterThan(6);
    var cases = Files.readString(directory.resolve(CASES));
    assertThat(alerts)
        .allSatisfy(
            name ->
                assertThat(cases)
                    .containsPattern("alertname: " + name + "\\s+exp_alerts:\\s+- exp_labels"));
  }

  @Test
  void shouldFireWhenItMustAndNotBefore() throws IOException {
    promtool("check", "rules", "alerts.yml");
    promtool("check", "config", "prometheus.yml");
    promtool("test", "rules", CASES);
  }

  private void promtool(String... arguments) throws IOException {
    if (!Shell.has("promtool")) {
      var line = "promtool (Debian's prometheus) is not installed: the alerts are NOT tested";
      System.out.println(line);
      Assumptions.abort(line);
    }
    var line = new String[arguments.length + 1];
    line[0] = "promtool";
    System.arraycopy(arguments, 0, line, 1, arguments.length);
    Shell.run(directory, directory.resolve("promtool.log"), Map.of(), line);
  }
}
