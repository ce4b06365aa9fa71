package org.deftstream.deft.evaluation;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.deftstream.deft.UserError;
import org.deftstream.deft.evaluation.report.HtmlReport;
import org.deftstream.deft.evaluation.report.MarkdownReport;
import org.deftstream.deft.evaluation.report.Report;
import org.deftstream.deft.safetensors.AtomicFiles;

/** Renders a directory of results. Stateless. */
public final class Reports {
  private static final ObjectMapper JSON =
      new ObjectMapper().setDefaultPropertyInclusion(JsonInclude.Include.NON_NULL);

  private Reports() {}

  /**
   * Writes {@code report.md}, {@code report.json} and {@code report.html} of everything that was
   * run into a directory, from the stored results alone.
   *
   * @return the figures
   * @throws UserError if there are no results, or they cannot be read or written
   */
  public static Report write(Path directory) {
    if (!Files.isDirectory(directory.resolve("plans"))) {
      throw new UserError("no results in " + directory + ": run a plan into it first");
    }
    try (var store = ResultStore.open(directory)) {
      var report = new ReportBuilder(store).build();
      AtomicFiles.write(directory.resolve("report.md"), MarkdownReport.of(report));
      AtomicFiles.write(directory.resolve("report.json"), json(report));
      var galleries = new GalleryBuilder(store).build();
      AtomicFiles.write(directory.resolve("report.html"), HtmlReport.of(report, galleries));
      return report;
    } catch (IOException e) {
      throw new UserError("cannot report on " + directory + ": " + e, e);
    }
  }

  /** The figures as JSON. */
  public static String json(Report report) {
    return JSON.valueToTree(report).toPrettyString() + "\n";
  }

  /** The tables of the plan of this name as Markdown. */
  public static String tables(Report report, String plan) {
    return report.plans().stream()
        .filter(p -> p.name().equals(plan))
        .findFirst()
        .map(MarkdownReport::of)
        .orElse("");
  }
}
