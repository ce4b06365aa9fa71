package org.deftstream.tests.browser;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;

/**
 * How a page that is a file looks in a real browser, on a desk and on a phone, in light and in
 * dark. Pictures are left in {@code target/pages}.
 */
public final class PageLook {
  private static final Path PICTURES = Path.of("target", "pages");
  private static final int DESK = 1280;
  private static final int PHONE = 390;

  /** Text that is squeezed into a column of a few letters, as it was in a table at 390 pixels. */
  private static final String SQUEEZED =
      """
      [...document.querySelectorAll('td, th, p, li, dd, dt, figcaption, h1, h2, h3, summary')]
        .filter(e => e.offsetParent && e.innerText.trim().length > 15
          && e.getBoundingClientRect().width < 70)
        .map(e => Math.round(e.getBoundingClientRect().width) + ' px: ' + e.innerText.slice(0, 60))""";

  /** Text that is cut off, where nothing lets it be scrolled. */
  private static final String CUT =
      """
      [...document.querySelectorAll('body *')]
        .filter(e => e.offsetParent && e.clientWidth > 0 && e.scrollWidth > e.clientWidth + 2
          && getComputedStyle(e).overflowX === 'hidden')
        .map(e => e.tagName + ': ' + e.textContent.trim().slice(0, 60))""";

  private PageLook() {}

  /**
   * Asserts that a page can be read; where there is no browser, says so in a line.
   *
   * @param name of its pictures
   * @param scratch a directory for the browser's profile
   */
  public static void assertReadable(Path page, String name, Path scratch) throws Exception {
    var program = Browser.installed();
    if (program.isEmpty()) {
      System.out.printf(
          "no browser (Debian's chromium) is installed: the page %s is NOT looked at%n", name);
      return;
    }
    var address = page.toUri().toString();
    try (var browser = Browser.start(program.get(), scratch.resolve("browser-" + name))) {
      browser.open(address);
      browser.await("document.readyState === 'complete' && location.protocol === 'file:'");
      for (int width : new int[] {DESK, PHONE}) {
        for (boolean dark : new boolean[] {false, true}) {
          browser.look(width, dark);
          browser.await("innerWidth === " + width);
          var what = name + " at " + width + (dark ? ", dark" : "");
          assertThat(browser.value("document.documentElement.scrollWidth").asInt())
              .as(what + " is no wider than the window")
              .isLessThanOrEqualTo(width);
          assertThat(browser.value(SQUEEZED)).as(what + ": squeezed text").isEmpty();
          assertThat(browser.value(CUT)).as(what + ": cut text").isEmpty();
          browser.picture(PICTURES.resolve(name + "-" + width + (dark ? "-dark" : "") + ".png"));
        }
      }
      assertThat(
              browser
                  .value(
                      "[...document.querySelectorAll('img, svg[role=img], canvas')].every(e =>"
                          + " e.getAttribute('alt') !== null || e.getAttribute('aria-label')"
                          + " || e.querySelector('title'))")
                  .asBoolean())
          .as(name + ": every picture has words")
          .isTrue();
      assertThat(browser.errors()).as(name).isEmpty();
      assertThat(browser.requests())
          .as(name + " fetches nothing from elsewhere")
          .allMatch(each -> each.startsWith("file:") || each.startsWith("data:"));
    }
  }
}
