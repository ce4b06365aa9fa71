package org.deftstream.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.deftstream.tests.browser.Browser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The live page in a real browser, beside a real service. Its pictures are left in {@code
 * target/pages}.
 */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class LivePageIT {
  private static final Path PICTURES = Path.of("target", "pages");
  private static final String HOSTILE =
      "<img src=x onerror=\"document.title='taken'\">\u202e&amp;'";

  @TempDir private Path directory;

  @Test
  void shouldShowWhatTheServiceDoesAsItDoesIt() throws Exception {
    var program = Browser.installed();
    assumeThat(program.isPresent())
        .as("no browser (Debian's chromium) is installed: the live page is NOT tested")
        .isTrue();
    try (var stack = new ServiceStack(directory);
        var scenario = stack.scenario(1);
        var answers = scenario.answers();
        var service = scenario.start("one", Duration.ofMillis(1));
        var browser = Browser.start(program.get(), directory.resolve("browser"))) {
      String url = service.httpUrl().orElseThrow();
      browser.look(1280, false);
      browser.open(url + "/");
      browser.await("document.getElementById('state')?.textContent === 'ready'");
      // What came from a record is text, whatever it says. It is alone at first: the page shows a
      // sample of what is answered, and forgets the oldest.
      scenario.send(SmallRecords.good(HOSTILE));
      scenario.flush();
      String shown = HOSTILE.replace('\u202e', '?');
      browser.await(
          "[...document.querySelectorAll('.record .id')].some(e => e.textContent === "
              + quoted(shown)
              + ")");
      assertThat(browser.value("document.querySelectorAll('main img').length").asInt()).isZero();
      assertThat(browser.value("document.title").asText()).isEqualTo("one · Deftstream");

      for (int i = 0; i < 20; i++) {
        scenario.send(SmallRecords.good("scan-" + i));
      }
      scenario.send("no measurement".getBytes(StandardCharsets.UTF_8));
      scenario.flush();
      answers.await(scenario.sent());

      for (String count : List.of("in:22", "out:21", "dead:1")) {
        String[] parts = count.split(":", -1);
        browser.await(
            "document.getElementById('%s').textContent === '%s'".formatted(parts[0], parts[1]));
      }
      var metrics = page(url + "/metrics");
      same(browser, "in", metrics, "deftstream_records_in_total");
      same(browser, "out", metrics, "deftstream_records_out_total");
      same(browser, "dead", metrics, "deftstream_dead_letters_total{reason=\"NoAvro\"}");
      assertThat(text(browser, "reasons")).isEqualTo("NoAvro: 1");
      assertThat(text(browser, "letters"))
          .contains("deftstream dlq replay --reason NoAvro --partition 0", "begins with the byte");
      assertThat(text(browser, "tasks")).contains("small/inpaint", "diffpir", "21");

      assertThat(
              browser
                  .value(
                      "[...document.querySelectorAll('.record canvas')]"
                          + ".every(e => e.getAttribute('aria-label'))")
                  .asBoolean())
          .as("every picture has words")
          .isTrue();
      assertThat(browser.value("document.querySelectorAll('.record canvas').length").asInt())
          .isGreaterThanOrEqualTo(9);
      for (int width : new int[] {1280, 390}) {
        for (boolean dark : new boolean[] {false, true}) {
          browser.look(width, dark);
          assertThat(browser.value("document.documentElement.scrollWidth").asInt())
              .as("nothing is wider than the window of %d", width)
              .isLessThanOrEqualTo(width);
          browser.picture(PICTURES.resolve("live-" + width + (dark ? "-dark" : "") + ".png"));
        }
      }

      // A keyboard is enough.
      browser.value("document.getElementById('pause').focus()");
      browser.press("Enter");
      assertThat(browser.value("document.getElementById('pause').ariaPressed").asText())
          .isEqualTo("true");

      assertThat(browser.errors()).isEmpty();
      assertThat(browser.requests()).isNotEmpty().allMatch(each -> each.startsWith(url));

      service.close();
      browser.await(
          "document.getElementById('state').textContent === 'no connection to the instance'");
    }
  }

  private static String quoted(String text) {
    return com.fasterxml.jackson.databind.node.TextNode.valueOf(text).toString();
  }

  private static String text(Browser browser, String id) throws Exception {
    return browser.value("document.getElementById('" + id + "').textContent").asText();
  }

  private static void same(Browser browser, String id, String metrics, String name)
      throws Exception {
    double expected =
        metrics
            .lines()
            .filter(line -> line.startsWith(name + " "))
            .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
            .findFirst()
            .orElseThrow();
    assertThat(Double.parseDouble(text(browser, id))).as(name).isEqualTo(expected);
  }

  private static String page(String url) throws Exception {
    return HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.ofString())
        .body();
  }
}
