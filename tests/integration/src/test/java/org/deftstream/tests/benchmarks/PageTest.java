package org.deftstream.tests.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Holds the committed pages to the drivers: headings, words and commands. */
class PageTest {
  @ParameterizedTest
  @EnumSource
  void shouldBeWhatTheDriversWrite(Page.Document document) throws IOException {
    assertThat(Page.read(document)).isEqualTo(Page.render(document, Page.read(document), false));
  }

  @ParameterizedTest
  @EnumSource
  void shouldKeepTheResultsOfSectionsThatDidNotRun(Page.Document document) throws IOException {
    String page =
        Page.render(document, "", false).replaceFirst("Not run yet.", "| a |\n|---|\n| 1 |");

    assertThat(Page.render(document, page, false)).isEqualTo(page).contains("| 1 |");
  }
}
