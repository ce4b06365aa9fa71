package org.deftstream.deft.html;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** The frame of a page in the house style, and text made safe for it. Stateless. */
public final class HtmlPage {
  private HtmlPage() {}

  /**
   * A page that needs nothing beside it: the style is inside, there is no script, nothing is
   * fetched.
   *
   * @param title plain text
   * @param body HTML
   */
  public static String of(String title, String body) {
    return """
    <!doctype html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>"""
        + escape(title)
        + "</title>\n<style>\n"
        + style()
        + "</style>\n</head>\n<body>\n<main>\n"
        + body
        + "</main>\n</body>\n</html>\n";
  }

  /** The house style, as CSS. */
  public static String style() {
    try (InputStream in = HtmlPage.class.getResourceAsStream("house.css")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Text, made safe for element content and quoted attributes. */
  public static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }
}
