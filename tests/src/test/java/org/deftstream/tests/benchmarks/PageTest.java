package org.deftstream.tests.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;

/** Holds the committed page to the drivers: headings, words and commands. */
class PageTest {
  @Test
  void shouldBeWhatTheDriversWrite() throws IOException {
    assertThat(Page.read()).isEqualTo(Page.render(Page.read(), false));
  }

  @Test
  void shouldKeepTheResultsOfSectionsThatDidNotRun() throws IOException {
    String page = Page.render("", false).replaceFirst("Not run yet.", "| a |\n|---|\n| 1 |");

    assertThat(Page.render(page, false)).isEqualTo(page).contains("| 1 |");
  }
}
