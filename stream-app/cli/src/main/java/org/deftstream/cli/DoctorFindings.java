package org.deftstream.cli;

import java.io.PrintWriter;

/** What {@code deftstream doctor} finds, a line each, printed as it is found. */
final class DoctorFindings {
  private final PrintWriter out;
  private boolean wrong;

  DoctorFindings(PrintWriter out) {
    this.out = out;
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

  private void line(String verdict, String what, String found) {
    out.printf("%-6s %-22s %s%n", verdict, what, found);
    out.flush();
  }
}
