package org.deftstream.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.File;
import java.io.PrintWriter;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.deftstream.deft.UserError;
import org.deftstream.schemas.PrintableText;

/**
 * What became of each file: what was done, what failed and why, what did not come, and what could
 * not be kept. Printed at the end, as lines or as one JSON document. Used by one thread.
 */
final class FileReport {
  private static final int SHOWN = 5;
  private static final int LONGEST = 1000;

  private final String verb;
  private final TreeMap<String, String> failed = new TreeMap<>();
  private final Set<String> missing = new LinkedHashSet<>();
  private final Set<String> notes = new LinkedHashSet<>();
  private int done;
  private int known;

  /** A report of what is {@code sent}, {@code received} or {@code reconstructed}. */
  FileReport(String verb) {
    this.verb = verb;
  }

  void done() {
    done++;
  }

  /** What had been done before. */
  void known() {
    known++;
  }

  /** What failed, and why; a reason that begins with the file's name says it once. */
  void failed(String what, String reason) {
    String name = what + ": ";
    int at = reason.indexOf(name);
    boolean named = at == 0 || (at > 0 && reason.charAt(at - 1) == File.separatorChar);
    failed.put(what, named ? reason.substring(at + name.length()) : reason);
  }

  void missing(String what) {
    missing.add(what);
  }

  void note(List<String> more) {
    notes.addAll(more);
  }

  /** A file of a directory, beside its images. */
  void passedOver(String name) {
    notes.add(name + ": passed over, it is of no format that is read");
  }

  /**
   * Prints it.
   *
   * @param out standard output, for the document
   * @param error standard error, for lines
   * @throws UserError if something failed or is missing
   */
  void finish(boolean json, PrintWriter out, PrintWriter error) {
    if (json) {
      out.println(document());
      out.flush();
    } else {
      notes.forEach(note -> error.println("note: " + line(note)));
      failed.forEach(
          (what, reason) -> error.println("failed: " + line(what) + ": " + line(reason)));
      missing.forEach(what -> error.println("missing: " + line(what)));
      error.flush();
      out.println(summary());
      out.flush();
    }
    if (!failed.isEmpty() || !missing.isEmpty()) {
      throw new UserError(
          "%s; %d failed, %d missing: %s"
              .formatted(summary(), failed.size(), missing.size(), firstOnes()));
    }
  }

  private String summary() {
    return "%,d %s%s".formatted(done, verb, known == 0 ? "" : ", %,d before".formatted(known));
  }

  private String firstOnes() {
    var all = new LinkedHashSet<>(failed.keySet());
    all.addAll(missing);
    String first = String.join("; ", all.stream().limit(SHOWN).map(FileReport::line).toList());
    return all.size() > SHOWN ? first + "; ..." : first;
  }

  /** Names come from records too, which anybody may have written. */
  private static String line(String text) {
    return PrintableText.line(text, LONGEST);
  }

  private ObjectNode document() {
    var document = JsonNodeFactory.instance.objectNode().put(verb, done).put("before", known);
    failed.forEach(document.putObject("failed")::put);
    missing.forEach(document.putArray("missing")::add);
    notes.forEach(document.putArray("notes")::add);
    return document;
  }
}
