package org.deftstream.devstack.demo;

import static org.deftstream.deft.html.HtmlPage.escape;
import static org.deftstream.devstack.demo.Html.number;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.deftstream.deft.html.HtmlPage;
import org.deftstream.devstack.demo.DemoResult.Gain;
import org.deftstream.devstack.demo.DemoResult.HostileOutcome;
import org.deftstream.devstack.demo.DemoResult.MethodKind;
import org.deftstream.devstack.demo.DemoResult.TaskFigures;

/**
 * The page that the demo leaves behind: one file, pictures and style inside, no script, nothing
 * fetched. It says what happened first, then shows it, then how to go on.
 */
final class DemoReport {
  private final DemoResult result;
  private final List<Gallery> galleries;

  private DemoReport(DemoResult result, List<Gallery> galleries) {
    this.result = result;
    this.galleries = galleries;
  }

  /**
   * Writes the page, and the directory it is in.
   *
   * @throws IOException if it cannot be written
   */
  static void write(Path page, DemoResult result, List<Gallery> galleries) throws IOException {
    Files.createDirectories(page.toAbsolutePath().getParent());
    Files.writeString(page, new DemoReport(result, galleries).html());
  }

  private String html() {
    return HtmlPage.of(
        "Deftstream demo",
        header()
            + tiles()
            + tasks()
            + TrainingSection.of(result)
            + timeline()
            + hostile()
            + provenance()
            + NEXT
            + footer());
  }

  private String header() {
    var records = result.records();
    var html =
        new StringBuilder("<header><p class=\"kicker\">Deftstream demo</p>\n<h1>")
            .append(headline())
            .append("</h1>\n");
    if (!result.problems().isEmpty()) {
      html.append("<ul class=\"problems\">");
      result.problems().forEach(p -> html.append("<li>").append(escape(p)).append("</li>"));
      html.append("</ul>");
    }
    html.append("<p class=\"lede\">")
        .append(Html.count(records.sent() - records.hostile(), "measurement"))
        .append(" went through a real Kafka broker to a reconstruction service: ")
        .append(whatWasMeasured())
        .append(swapSentence())
        .append(gainSentence())
        .append("</p></header>\n");
    return html.toString();
  }

  private String whatWasMeasured() {
    if (result.training() != null) {
      return "pictures with holes that neither the model nor the trainer has ever seen. ";
    }
    return "sparse-view CT of a head and a scanner that the model has never seen"
        + (result.tasks().size() > 1 ? ", and pictures with holes. " : ". ");
  }

  private String headline() {
    var records = result.records();
    if (!result.problems().isEmpty()) {
      return "Something went wrong on the way.";
    }
    return Html.count(records.sent(), "record") + " went in, every one came back once.";
  }

  private String swapSentence() {
    if (result.swap() == null) {
      return "";
    }
    if (result.training() != null) {
      return "The first were answered by a method that needs no training; then "
          + Html.count(result.training().pairs(), "labelled pair")
          + " of other pictures arrived, and "
          + Html.duration(result.swap().durationMillis())
          + " later an adapter learned from them served, with nobody touching anything, while"
          + " records went on flowing. ";
    }
    return "The first were answered by a method that needs no training; then learned adapters were"
        + " published on the control topic, and "
        + Html.duration(result.swap().durationMillis())
        + " later they served, while records went on flowing. ";
  }

  private String gainSentence() {
    if (result.tasks().isEmpty()) {
      return "";
    }
    TaskFigures task = result.tasks().get(0);
    var parts = new StringBuilder();
    for (Gain gain : task.gains()) {
      parts.append(parts.isEmpty() ? "" : " and ");
      parts.append("<b>").append(comparison(gain.psnr().mean())).append("</b> ");
      parts.append(
          gain.kind() == MethodKind.PSEUDO_INVERSE
              ? task.methods().get(0).label()
              : "the training-free method");
    }
    return parts.isEmpty()
        ? ""
        : "On the same measurements and the same noise, the adapter is " + parts + ".";
  }

  private static String comparison(double decibel) {
    return number(Math.abs(decibel), 1) + " dB " + (decibel >= 0 ? "above" : "below");
  }

  private String tiles() {
    var records = result.records();
    var html = new StringBuilder("<dl class=\"tiles\">");
    tile(html, "sent", Integer.toString(records.sent()), "");
    tile(html, "reconstructed", Integer.toString(records.reconstructed()), "");
    tile(html, "dead-lettered", Integer.toString(records.deadLettered()), "");
    tile(html, "lost", Integer.toString(records.lost()), records.lost() > 0 ? "bad" : "");
    tile(
        html,
        "duplicates",
        Integer.toString(records.duplicates()),
        records.duplicates() > 0 ? "bad" : "");
    if (result.swap() != null) {
      tile(html, "swap", Html.duration(result.swap().durationMillis()), "");
    }
    tile(html, "whole run", Html.duration(result.timing().totalMillis()), "");
    return html.append("</dl>\n").toString();
  }

  private static void tile(StringBuilder html, String name, String value, String style) {
    html.append("<div class=\"").append(style).append("\"><dt>").append(name).append("</dt><dd>");
    html.append(value.replaceAll(" (ms|s|min)", "<small> $1</small>")).append("</dd></div>");
  }

  private String tasks() {
    var html = new StringBuilder();
    for (var task : result.tasks()) {
      html.append("<section><h2>").append(escape(task.title())).append("</h2>\n");
      html.append("<p class=\"sub\"><code>")
          .append(escape(task.task()))
          .append("</code> · ")
          .append(Html.count(task.images(), "image"))
          .append(", each answered by every method from the same measurement · mean ±")
          .append(" half the 95 % interval · latency with up to ")
          .append(escape(String.valueOf(result.settings().getOrDefault("inFlight", "?"))))
          .append(" records in flight</p>\n");
      html.append(QualitySection.of(task));
      galleries.stream()
          .filter(gallery -> gallery.task().equals(task.task()) && !gallery.rows().isEmpty())
          .findFirst()
          .ifPresent(gallery -> html.append(GallerySection.of(task, gallery)));
      html.append("</section>\n");
    }
    return html.toString();
  }

  private String timeline() {
    if (result.stream().isEmpty()) {
      return "";
    }
    var html =
        new StringBuilder("<section><h2>The stream, as it arrived</h2>\n<p class=\"legend\">");
    html.append("<span><i class=\"dot free\"></i>training-free</span>");
    html.append("<span><i class=\"dot adapter\"></i>learned adapter</span>");
    for (int i = 0; i < result.tasks().size(); i++) {
      html.append("<span><i class=\"").append(i == 0 ? "shape" : "shape diamond");
      html.append("\"></i>").append(escape(result.tasks().get(i).task())).append("</span>");
    }
    html.append("</p>\n").append(TimelineSvg.of(result));
    if (result.swap() != null) {
      html.append("<p class=\"sub\">")
          .append(Html.count(result.swap().answeredMeanwhile(), "record"))
          .append(" answered while the adapters were fetched, verified and warmed up; a record")
          .append(" keeps the method it began with.</p>");
    }
    return html.append("</section>\n").toString();
  }

  private String hostile() {
    if (result.deadLetters().isEmpty()) {
      return "";
    }
    var html =
        new StringBuilder(
            "<section><h2>Bad input</h2>\n<p class=\"sub\">Sent between the good records. Each came"
                + " back as a dead letter with its bytes, and the service went on.</p>\n<div"
                + " class=\"scroll\"><table class=\"hostile\"><thead><tr><th>what was sent</th>"
                + "<th>stopped at</th><th>the reason in the dead letter</th></tr></thead><tbody>");
    for (HostileOutcome outcome : result.deadLetters()) {
      html.append("<tr><td>").append(escape(outcome.what())).append("</td><td>");
      html.append(outcome.stage() == null ? Html.NONE : escape(outcome.stage()));
      html.append("</td><td>")
          .append(outcome.deadLettered() ? escape(outcome.reason()) : "<b>no dead letter</b>")
          .append("</td></tr>");
    }
    return html.append("</tbody></table></div></section>\n").toString();
  }

  private String provenance() {
    if (result.provenance().isEmpty()) {
      return "";
    }
    var html =
        new StringBuilder(
            "<section><h2>Where one image comes from</h2>\n<p class=\"sub\">Every reconstruction"
                + " carries its provenance. This is one of them.</p>\n<dl class=\"provenance\">");
    for (Map.Entry<String, Object> entry : result.provenance().entrySet()) {
      html.append("<div><dt>").append(escape(entry.getKey())).append("</dt><dd>");
      html.append(escape(String.valueOf(entry.getValue()))).append("</dd></div>");
    }
    return html.append("</dl></section>\n").toString();
  }

  private String footer() {
    var machine = result.machine();
    return "<footer><p>"
        + escape(machine.device())
        + " · "
        + Html.count(machine.processors(), "processor")
        + " · "
        + escape(machine.os())
        + " · Java "
        + escape(machine.java())
        + " · all figures are also in <code>report.json</code></p><p>Head CT: example of"
        + " InVesalius, © Centro de Tecnologia da Informação Renato Archer, GPL-2. Pictures:"
        + " Fashion-MNIST, © Zalando SE, MIT. Research software, not for diagnosis.</p></footer>\n";
  }

  private static final String NEXT =
      """
      <section><h2>Go on</h2>
      <dl class="commands">
      <div><dt><code>./deftstream demo --keep-running</code></dt>
      <dd>the same, and broker, registry and service stay up until Ctrl-C</dd></div>
      <div><dt><code>./deftstream demo --train</code></dt>
      <dd>starts without an adapter and learns one from labelled pairs, on the way</dd></div>
      <div><dt><code>./deftstream demo --instruments DIR</code></dt>
      <dd>what real instruments measured, whose files lie in DIR: docs/instruments.md</dd></div>
      <div><dt><code>./deftstream stack up</code></dt>
      <dd>only the broker and the registry, for records of your own</dd></div>
      <div><dt><code>./deftstream serve</code></dt>
      <dd>the service, against any Kafka</dd></div>
      <div><dt><code>./deftstream --help</code></dt>
      <dd>everything else: adapters, training, topics</dd></div>
      </dl></section>
      """;
}
