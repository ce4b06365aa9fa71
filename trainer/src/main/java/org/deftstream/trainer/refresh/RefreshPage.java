package org.deftstream.trainer.refresh;

import static org.deftstream.deft.html.HtmlPage.escape;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.deftstream.deft.UserError;
import org.deftstream.deft.html.HtmlPage;
import org.deftstream.deft.safetensors.AtomicFiles;
import org.deftstream.deft.text.FileProblem;

/** The page of a refresh: why, the figures of the gate, the loss of each training. Stateless. */
final class RefreshPage {
  private static final double WIDTH = 480;
  private static final double HEIGHT = 160;

  private RefreshPage() {}

  /**
   * Writes {@code index.html} from the files of a refresh that has ended.
   *
   * @throws UserError if it cannot be written
   */
  static void write(RefreshFiles files) {
    try {
      AtomicFiles.write(files.directory().resolve(RefreshFiles.PAGE), html(files));
    } catch (IOException e) {
      throw new UserError("cannot write into " + files.directory() + ": " + FileProblem.of(e), e);
    }
  }

  private static String html(RefreshFiles files) throws IOException {
    var plan = files.plan().orElseThrow();
    var result = files.result().orElseThrow();
    var page = new StringBuilder();
    String title = "Refresh " + plan.path("number").asInt() + " of " + plan.path("task").asText();
    page.append("<header><p class=\"kicker\">Deftstream trainer</p>\n<h1>")
        .append(escape(title))
        .append("</h1>\n<p class=\"lede\">")
        .append(escape(result.path("end").asText() + ": " + result.path("reason").asText()))
        .append("</p>\n<p class=\"sub\">Begun ")
        .append(escape(plan.path("begun").asText()))
        .append(" because ")
        .append(escape(plan.path("reason").asText()))
        .append(", ended ")
        .append(escape(result.path("ended").asText()))
        .append(".</p></header>\n");
    files.judgement().ifPresent(judgement -> page.append(table(judgement)));
    String pictures = files.pictures();
    if (!pictures.isEmpty()) {
      page.append("<section><h2>Validation pairs</h2>\n<div class=\"scroll\">")
          .append(pictures)
          .append("</div></section>\n");
    }
    for (String run : List.of(RefreshFiles.WARM, RefreshFiles.SCRATCH)) {
      Path csv = files.training(run).resolve("run").resolve("loss.csv");
      if (Files.exists(csv)) {
        page.append("<section><h2>Loss, ").append(run).append("</h2>\n");
        page.append(curve(losses(csv)));
        page.append(byTime(files.training(run).resolve("run").resolve(ValidationWatch.FILE)));
        page.append("</section>\n");
      }
    }
    return HtmlPage.of(title, page.toString());
  }

  private static String table(JsonNode judgement) {
    var rows =
        new StringBuilder(
            "<section><h2>Validation</h2>\n<div class=\"scroll\"><table><tr><th>against</th><th"
                + " class=\"n\">PSNR, dB</th>");
    rows.append("<th class=\"n\">improvement, dB</th><th class=\"n\">95 % interval</th></tr>");
    for (var rival : judgement.path("against")) {
      rows.append(
          String.format(
              Locale.ROOT,
              "<tr><td>%s</td><td class=\"n\">%.2f</td><td class=\"n\">%+.3f</td>"
                  + "<td class=\"n\">%+.3f to %+.3f</td></tr>",
              escape(rival.path("name").asText()),
              rival.path("psnr").asDouble(),
              rival.path("improvementDb").asDouble(),
              rival.path("low").asDouble(),
              rival.path("high").asDouble()));
    }
    return rows.append("</table></div>")
        .append(
            String.format(
                Locale.ROOT,
                "<p class=\"sub\">Candidate: %.2f dB on %d pairs; margin %.3f dB.</p></section>\n",
                judgement.path("psnr").asDouble(),
                judgement.path("pairs").asInt(),
                judgement.path("marginDb").asDouble()))
        .toString();
  }

  /** Steps and smoothed losses. */
  private static List<double[]> losses(Path csv) throws IOException {
    var points = new ArrayList<double[]>();
    for (String line : Files.readAllLines(csv).stream().skip(1).toList()) {
      var cells = line.split(",", -1);
      points.add(new double[] {Double.parseDouble(cells[0]), Double.parseDouble(cells[2])});
    }
    return points;
  }

  /** The loss on validation pairs at each checkpoint, by part of the time axis. */
  private static String byTime(Path csv) throws IOException {
    if (!Files.exists(csv)) {
      return "";
    }
    var rows =
        new StringBuilder(
            "<h3>Loss on validation pairs, by time</h3><div class=\"scroll\"><table>");
    for (String line : Files.readAllLines(csv)) {
      rows.append("<tr><td>").append(escape(line).replace(",", "</td><td>")).append("</td></tr>");
    }
    return rows.append("</table></div>").toString();
  }

  private static String curve(List<double[]> points) {
    if (points.size() < 2) {
      return "<p>Too short for a curve.</p>";
    }
    double last = points.get(points.size() - 1)[0];
    double most = points.stream().mapToDouble(point -> point[1]).max().orElseThrow();
    var line = new StringBuilder();
    for (var point : points) {
      line.append(
          String.format(
              Locale.ROOT, "%.1f,%.1f ", WIDTH * point[0] / last, HEIGHT * (1 - point[1] / most)));
    }
    return String.format(
        Locale.ROOT,
        "<svg class=\"plot loss\" viewBox=\"0 0 %.0f %.0f\" role=\"img\" aria-label=\"loss\">"
            + "<polyline class=\"curve c0\" points=\"%s\"/></svg><p class=\"sub\">%.0f steps; the top is %.4g, the end %.4g.</p>",
        WIDTH,
        HEIGHT,
        line.toString().strip(),
        last,
        most,
        points.get(points.size() - 1)[1]);
  }
}
