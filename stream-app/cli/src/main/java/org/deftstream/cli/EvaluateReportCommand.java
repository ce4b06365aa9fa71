package org.deftstream.cli;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.deftstream.deft.evaluation.Reports;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code deftstream evaluate report}: renders stored results again; computes no image. */
@Command(
    name = "report",
    description = "Write the report of everything in a directory again.",
    footer = {
      "",
      "Example: deftstream evaluate report --out report",
      "Exit codes: 0 written, 1 the directory holds no results, 2 wrong usage."
    })
final class EvaluateReportCommand implements Callable<Integer> {
  @Option(names = "--out", required = true, paramLabel = "DIR", description = "The results.")
  private Path out;

  @Option(names = "--json", description = "Print the figures as JSON.")
  private boolean json;

  @Override
  public Integer call() {
    var report = Reports.write(out);
    if (json) {
      System.out.print(Reports.json(report));
    } else {
      System.out.println(out.resolve("report.html"));
    }
    return 0;
  }
}
