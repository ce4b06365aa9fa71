package org.deftstream.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;
import org.deftstream.devstack.demo.DemoCommand;
import org.deftstream.tests.browser.Browser;
import org.deftstream.tests.browser.PageLook;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/**
 * The whole of it, as small as it goes: real broker, registry, service, priors and adapters; a few
 * images; the swap while they flow; hostile records among them.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DemoIT {
  private static final int SLICES = 3;
  private static final int PICTURES = 3;

  private final StringWriter out = new StringWriter();
  private Path directory;
  private int exitCode;
  private JsonNode json;

  @BeforeAll
  void runOnce(@TempDir Path temporary) throws IOException {
    directory = temporary.resolve("demo");
    exitCode =
        new CommandLine(new DemoCommand())
            .setOut(new PrintWriter(out))
            .execute(
                "--json",
                "--out=" + directory,
                "--models=" + Path.of("..", "..", "deft", "models"),
                "--slices=" + SLICES,
                "--pictures=" + PICTURES);
    json = new ObjectMapper().readTree(out.toString());
  }

  @Test
  void shouldAnswerEveryRecordOnce() {
    assertThat(exitCode).isZero();
    var records = json.get("records");
    int sent = records.get("sent").intValue();
    assertThat(sent).isGreaterThanOrEqualTo(2 * (SLICES + PICTURES) + 8);
    assertThat(records.get("reconstructed").intValue()).isEqualTo(sent - 8);
    assertThat(records.get("deadLettered").intValue()).isEqualTo(8);
    assertThat(records.get("lost").intValue()).isZero();
    assertThat(records.get("duplicates").intValue()).isZero();
  }

  @Test
  void shouldServeEveryImageByBothMethods() {
    assertThat(json.get("tasks")).hasSize(2);
    for (var task : json.get("tasks")) {
      assertThat(task.get("images").intValue()).isEqualTo(3);
      assertThat(texts(task.get("methods"), "kind"))
          .containsExactly("PSEUDO_INVERSE", "TRAINING_FREE", "ADAPTER");
    }
    assertThat(texts(json.at("/swap/steps"), "state"))
        .containsSubsequence("LOADING", "VERIFIED", "WARM", "SERVING");
  }

  /** Every method sees the same measurements, so a handful of images tells them apart. */
  @Test
  void shouldReconstructBetterThanThePseudoInverse() {
    for (var task : json.get("tasks")) {
      var psnr = new ArrayList<Double>();
      task.get("methods").forEach(method -> psnr.add(method.at("/psnr/mean").doubleValue()));
      assertThat(psnr.get(1)).as("training-free").isGreaterThan(psnr.get(0) + 1);
      assertThat(psnr.get(2)).as("learned").isGreaterThan(psnr.get(0) + 1);
    }
  }

  @Test
  void shouldSayOfEachHostileRecordWhatIsWrong() {
    assertThat(texts(json.get("deadLetters"), "reason"))
        .hasSize(8)
        .doesNotHaveDuplicates()
        .allSatisfy(reason -> assertThat(reason).isNotBlank().doesNotContain("\n", "Exception"));
  }

  @Test
  void shouldLeaveAPageAndTheDocumentAndNothingElse() throws IOException {
    try (var files = Files.list(directory)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder("index.html", "report.json");
    }
    assertThat(directory.resolve("index.html")).content().contains("every one came back once");
    assertThat(Files.readString(directory.resolve("report.json"))).isEqualTo(out.toString());
  }

  @Test
  void shouldBeReadableOnADeskAndOnAPhone() throws Exception {
    assumeThat(Browser.installed()).as("Debian's chromium is installed").isPresent();
    PageLook.assertReadable(directory.resolve("index.html"), "demo", directory.getParent());
  }

  private static List<String> texts(JsonNode array, String field) {
    return StreamSupport.stream(array.spliterator(), false)
        .map(each -> each.get(field).asText())
        .toList();
  }
}
