package org.deftstream.service.live;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LivePageTest {
  @Test
  void shouldHoldNothingFromElsewhereAndNothingThatAStrictPolicyForbids() {
    try (var page =
        new LivePage(
            "one",
            new RecentRecords(true, System::nanoTime),
            () -> "",
            Optional::empty,
            Optional::empty)) {
      String html = page.pages().get("/").get().body();
      assertThat(html).doesNotContainPattern("<script(?! src=\"/)|<style|\\sstyle=|\\son\\w+=");
      assertThat(html).doesNotContainPattern("(src|href)=\"(?![/#])");
      assertThat(page.pages().get("/live.js").get().body())
          .doesNotContain("innerHTML", "outerHTML", "insertAdjacent", "eval(", "document.write");
      assertThat(page.pages().get("/house.css").get().body()).doesNotContain("url(", "@import");
      assertThat(page.pages().get("/live.css").get().body()).doesNotContain("url(", "@import");
    }
  }

  @Test
  void shouldSendTheProjectsOwnMetricsAndABoundedNumberOfThem() {
    String few =
        "# HELP deftstream_a b\ndeftstream_a 1.0\njvm_b 2.0\ndeftstream_c_bucket{le=\"1\"} 1";
    assertThat(LivePage.own(few)).isEqualTo("deftstream_a 1.0\ndeftstream_c_bucket{le=\"1\"} 1");
    String many =
        IntStream.range(0, 9_000)
            .mapToObj(i -> "deftstream_x" + (i % 3 == 0 ? "" : "_bucket") + "{n=\"" + i + "\"} 1")
            .collect(Collectors.joining("\n"));
    assertThat(LivePage.own(many).lines())
        .hasSize(3_000)
        .noneMatch(each -> each.contains("bucket"));
  }
}
