package org.deftstream.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.PrintWriter;

/** What {@code deftstream doctor} finds: a line each as it is found, or one document at the end. */
final class DoctorFindings {
  private final PrintWriter out;
  private final boolean json;
  private final ArrayNode found = JsonNodeFactory.instance.arrayNode();
  private boolean wrong;

  /**
   * Nothing was found yet.
   *
   * @param json whether {@link #end} prints a document, and nothing else is printed
   */
  DoctorFindings(PrintWriter out, boolean json) {
    this.out = out;
    this.json = json;
  }

  /** Something as it should be. */
  void good(String what, String found) {
    line("ok", what, found);
  }

  /** Something that works, but could be better, or is not needed here. */
  void note(String what, String found) {
    line("note", what, found);
  }

  /** Something that must be mended. */
  void wrong(String what, String found) {
    wrong = true;
    line("wrong", what, found);
  }

  /** Whether anything was wrong. */
  boolean wrong() {
    return wrong;
  }

  private void line(String verdict, String what, String text) {
    if (json) {
      found.addObject().put("verdict", verdict).put("what", what.strip()).put("found", text);
    } else {
      out.printf("%-6s %-22s %s%n", verdict, what, text);
      out.flush();
    }
  }

  /** All was looked at. */
  void end() {
    if (json) {
      var document = JsonNodeFactory.instance.objectNode().put("wrong", wrong);
      document.set("findings", found);
      out.println(document);
    }
    out.flush();
  }
}
