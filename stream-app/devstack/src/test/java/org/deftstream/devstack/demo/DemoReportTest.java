package org.deftstream.devstack.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.deftstream.devstack.demo.DemoResult.MethodKind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoReportTest {
  @TempDir Path directory;

  @Test
  void shouldBeOneFileThatFetchesNothing() throws IOException {
    String page = write(List.of());

    assertThat(page).startsWith("<!doctype html>").endsWith("</html>\n");
    assertThat(page).doesNotContain("<script", "<link", "url(", "src=\"http", "@import");
    assertThat(page.split("src=\"data:image/png;base64,", -1)).hasSize(1 + 3 * 7);
  }

  @Test
  void shouldSayWhatHappenedFirst() throws IOException {
    assertThat(write(List.of()))
        .contains("14 records went in, every one came back once.")
        .contains("<b>6.0 dB above</b> the training-free method");
  }

  @Test
  void shouldNotBoastWhenSomethingWentWrong() throws IOException {
    assertThat(write(List.of("1 of 14 records got no <answer>")))
        .contains("Something went wrong")
        .contains("<li>1 of 14 records got no &lt;answer&gt;</li>")
        .doesNotContain("every one came back once");
  }

  @Test
  void shouldDrawEveryAnswerAndTheSwap() throws IOException {
    String page = write(List.of());

    assertThat(
            page.split(
                "<circle class=\"(free|adapter)\" cx=\"[0-9.]+\" cy=\"[0-9.]+\" r=\"3.6\"", -1))
        .hasSize(1 + 6);
    assertThat(page).contains("adapters published, serving 2.0 s later");
  }

  private String write(List<String> problems) throws IOException {
    var scenario = DemoSamples.ct();
    var answers = new ArrayList<Tally.Answered>();
    var stream = new ArrayList<DemoResult.StreamPoint>();
    for (var subject : DemoSamples.subjects(scenario, 3)) {
      answers.add(DemoSamples.answer(subject, null, 0.2f, 0));
      answers.add(DemoSamples.answer(subject, "a", 0.1f, 0.1f));
      stream.add(point(scenario, MethodKind.TRAINING_FREE, 1_000, 20));
      stream.add(point(scenario, MethodKind.ADAPTER, 9_000, 26));
    }
    var comparison = new Comparison(scenario, answers);
    var result =
        new DemoResult(
            problems.isEmpty() ? "ok" : "failed",
            problems,
            new DemoResult.Records(14, 6, 8, 0, 0, 8),
            new DemoResult.Swap(4_000, 6_000, 2_000, 1, List.of()),
            null,
            List.of(comparison.figures()),
            List.of(new DemoResult.HostileOutcome("hostile-1", "bad", true, "decode", "why")),
            Map.of("method", "deft"),
            new DemoResult.Timing(1, 2, 3),
            Map.of(),
            new DemoResult.Machine(2, "Linux", "17", "cpu"),
            stream,
            "index.html");
    var page = directory.resolve("demo").resolve("index.html");
    DemoReport.write(page, result, List.of(comparison.gallery(3)));
    return Files.readString(page);
  }

  private static DemoResult.StreamPoint point(
      Scenario scenario, MethodKind kind, double at, double psnr) {
    return new DemoResult.StreamPoint("id", scenario.task().name(), kind, null, at, 500, psnr);
  }
}
