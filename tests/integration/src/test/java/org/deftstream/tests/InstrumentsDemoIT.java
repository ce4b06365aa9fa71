package org.deftstream.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.deftstream.deft.formats.ImageFormats;
import org.deftstream.deft.formats.ReadOptions;
import org.deftstream.deft.task.Task;
import org.deftstream.devstack.demo.DemoCommand;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/**
 * What real instruments measured, from their files through broker and service to files, where
 * {@code -Ddeftstream.instruments=DIR} says that they lie. Skipped without it.
 */
@Timeout(3_600)
class InstrumentsDemoIT {
  private static final Path MODELS = Path.of("..", "..", "deft", "models", "instruments");

  @TempDir Path directory;

  @Test
  void shouldReconstructWhatIsThere() throws IOException {
    String data = System.getProperty("deftstream.instruments", "");
    assumeTrue(
        !data.isEmpty(), "no measured files: -Ddeftstream.instruments=DIR names where they are");
    var out = new StringWriter();
    int exit =
        new CommandLine(new DemoCommand())
            .setOut(new PrintWriter(out))
            .execute(
                "--instruments=" + data,
                "--json",
                "--out=" + directory.resolve("demo"),
                "--models=" + MODELS);
    var report = new ObjectMapper().readTree(out.toString());

    assertThat(exit).as(report.at("/problems").toString()).isZero();
    assertThat(report.at("/instruments")).isNotEmpty();
    for (var instrument : report.at("/instruments")) {
      assertThat(instrument.at("/scans")).as(instrument.at("/data/name").asText()).isNotEmpty();
      for (var scan : instrument.at("/scans")) {
        check(scan);
      }
    }
    assertThat(directory.resolve("demo/index.html")).content().contains("reconstructed.");
  }

  private void check(JsonNode scan) {
    var adapter = MODELS.resolve("adapters").resolve(Task.fileName(scan.at("/task").asText()));
    assertThat(scan.at("/method").asText().equals("deft")).isEqualTo(Files.isDirectory(adapter));
    assertThat(scan.at("/samples").intValue()).as("samples").isGreaterThanOrEqualTo(2);
    assertThat(scan.at("/estimates").size()).as("beside the baselines").isGreaterThan(1);
    for (var estimate : scan.at("/estimates")) {
      for (var figure : estimate.at("/figures")) {
        assertThat(figure.at("/value").isNumber()).as(figure.toString()).isTrue();
      }
    }
    Path answer = directory.resolve("demo").resolve(scan.at("/answer").asText());
    var options = ReadOptions.STANDARD.fitting(shape -> true);
    assertThat(ImageFormats.read(answer, options).samples()).hasSize(1);
    String name = answer.getFileName().toString();
    int dot = name.lastIndexOf('.');
    Path deviation =
        answer.resolveSibling(name.substring(0, dot) + "-deviation" + name.substring(dot));
    assertThat(ImageFormats.read(deviation, options).samples()).hasSize(1);
  }
}
