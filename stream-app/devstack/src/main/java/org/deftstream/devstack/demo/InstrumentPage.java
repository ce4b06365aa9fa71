package org.deftstream.devstack.demo;

import static org.deftstream.deft.html.HtmlPage.escape;
import static org.deftstream.devstack.demo.Html.number;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deftstream.deft.html.HtmlPage;
import org.deftstream.deft.image.Png;
import org.deftstream.devstack.instruments.Answer;
import org.deftstream.devstack.instruments.DataSet;
import org.deftstream.devstack.instruments.Estimate;
import org.deftstream.devstack.instruments.Figure;
import org.deftstream.devstack.instruments.Scan;

/**
 * The page of a run on measured data: of each instrument what was measured, what its community
 * makes of it, ours, where to doubt it, and the figures. Pictures are kept as they are added. Not
 * thread-safe.
 */
final class InstrumentPage {
  private final Map<String, StringBuilder> sections = new LinkedHashMap<>();

  /** Adds a scan to the section of its data set. */
  void add(
      DataSet data,
      InstrumentResult.Scan judged,
      Scan scan,
      List<Estimate> estimates,
      Answer answer) {
    var html = sections.computeIfAbsent(data.name(), name -> new StringBuilder());
    html.append("<h3>").append(escape(judged.title())).append("</h3>\n<p class=\"sub\"><code>");
    html.append(escape(judged.task())).append("</code> · ").append(escape(judged.method()));
    html.append(" · ").append(Html.count(judged.samples(), "sample")).append(" · answered in ");
    html.append(Html.duration(judged.latencyMillis())).append(" · <code>");
    html.append(escape(judged.answer())).append("</code></p>\n<div class=\"scans\">");
    html.append(figure(scan.measured(), "measured"));
    for (int i = 0; i < estimates.size(); i++) {
      html.append(
          figure(
              scan.picture(estimates.get(i)),
              "<span class=\"of\">"
                  + escape(estimates.get(i).method())
                  + "</span>"
                  + first(judged.estimates().get(i))));
    }
    if (answer.deviation() != null) {
      html.append(figure(scan.deviation(answer), "standard deviation"));
    }
    scan.truth().ifPresent(truth -> html.append(figure(truth, "truth, as far as it is known")));
    html.append("</div>\n").append(table(judged));
    html.append("<p class=\"sub\">").append(escape(judged.known())).append("</p>\n");
  }

  private static String first(InstrumentResult.Judged judged) {
    return "<b>" + value(judged.figures().get(0)) + "</b>";
  }

  private static String figure(byte[] png, String caption) {
    return "<figure><img src=\""
        + Png.dataUri(png)
        + "\" alt=\"\"><figcaption>"
        + caption
        + "</figcaption></figure>";
  }

  private static String table(InstrumentResult.Scan judged) {
    var html =
        new StringBuilder("<div class=\"scroll\"><table class=\"figures\"><thead><tr><th></th>");
    judged
        .estimates()
        .forEach(
            each -> html.append("<th class=\"n\">").append(escape(each.method())).append("</th>"));
    html.append("</tr></thead><tbody>");
    int count = judged.estimates().get(0).figures().size();
    for (int row = 0; row < count; row++) {
      html.append("<tr><td>")
          .append(escape(judged.estimates().get(0).figures().get(row).name()))
          .append("</td>");
      for (var each : judged.estimates()) {
        html.append("<td class=\"n\">").append(value(each.figures().get(row))).append("</td>");
      }
      html.append("</tr>");
    }
    return html.append("</tbody></table></div>\n").toString();
  }

  /** A number with its spread and unit. */
  static String value(Figure figure) {
    String spread =
        Double.isNaN(figure.spread()) ? "" : " ± " + number(figure.spread(), figure.decimals());
    return number(figure.value(), figure.decimals())
        + spread
        + (figure.unit().isEmpty() ? "" : " " + escape(figure.unit()));
  }

  /** The whole page. */
  String html(InstrumentResult result) {
    var html = new StringBuilder("<header><p class=\"kicker\">Deftstream demo</p>\n<h1>");
    html.append(
        result.problems().isEmpty()
            ? "What real instruments measured, reconstructed."
            : "Something went wrong on the way.");
    html.append("</h1>\n");
    lines(html, "problems", result.problems());
    int scans = result.instruments().stream().mapToInt(each -> each.scans().size()).sum();
    html.append("<p class=\"lede\">")
        .append(Html.count(scans, "scan"))
        .append(" of ")
        .append(Html.count(result.instruments().size(), "instrument"))
        .append(
            " went from the files that they wrote through a real Kafka broker to a reconstruction"
                + " service and back into files. Beside each answer stands what the instrument's"
                + " community would make of the same measurement. A residual of about 1 is what"
                + " noise alone explains.</p></header>\n");
    for (var instrument : result.instruments()) {
      var data = instrument.data();
      html.append("<section><h2>").append(escape(data.title())).append("</h2>\n<p class=\"sub\">");
      html.append(escape(data.what())).append("</p>\n");
      html.append(sections.get(data.name()));
      html.append("<p class=\"sub\">Data: ").append(escape(data.source())).append(", ");
      html.append(data.doi().isEmpty() ? "" : "doi " + escape(data.doi()) + ", ");
      html.append(escape(data.licence())).append(".</p></section>\n");
    }
    if (!result.passedOver().isEmpty()) {
      html.append("<section><h2>Passed over</h2>\n");
      lines(html, "sub", result.passedOver());
      html.append("</section>\n");
    }
    var machine = result.machine();
    html.append("<footer><p>").append(escape(machine.device())).append(" · ");
    html.append(Html.count(machine.processors(), "processor")).append(" · ");
    html.append(escape(machine.os())).append(" · Java ").append(escape(machine.java()));
    html.append(" · whole run ").append(Html.duration(result.totalMillis()));
    html.append(" · all figures are also in <code>report.json</code></p><p>Research software, not");
    html.append(" for diagnosis.</p></footer>\n");
    return HtmlPage.of("Deftstream demo: instruments", html.toString());
  }

  private static void lines(StringBuilder html, String style, List<String> lines) {
    if (!lines.isEmpty()) {
      html.append("<ul class=\"").append(style).append("\">");
      lines.forEach(line -> html.append("<li>").append(escape(line)).append("</li>"));
      html.append("</ul>");
    }
  }
}
