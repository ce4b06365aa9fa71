package org.deftstream.deft.evaluation.report;

import static org.deftstream.deft.html.HtmlPage.escape;

import java.util.List;
import java.util.Locale;
import org.deftstream.deft.evaluation.report.Report.PlanReport;
import org.deftstream.deft.evaluation.report.Report.TaskReport;
import org.deftstream.deft.html.HtmlPage;

/** The report as one page: pictures, plots and style inside, no script, nothing fetched. */
public final class HtmlReport {
  private HtmlReport() {}

  /**
   * The page.
   *
   * @param galleries the pictures of each task
   */
  public static String of(Report report, List<Gallery> galleries) {
    var html = new StringBuilder();
    html.append(header(report));
    for (var plan : report.plans()) {
      html.append(plan(plan, galleries));
    }
    html.append("<section id=\"conventions\"><h2>What the figures mean</h2>\n<ul>");
    Conventions.lines()
        .forEach(line -> html.append("<li>").append(Markup.withCode(line)).append("</li>\n"));
    html.append("</ul></section>\n");
    return HtmlPage.of("Deftstream: methods compared", html.toString());
  }

  private static String header(Report report) {
    int tasks = report.plans().stream().mapToInt(p -> p.tasks().size()).sum();
    var html = new StringBuilder("<header><p class=\"kicker\">Deftstream evaluate</p>\n");
    html.append("<h1>Every method, the same prior, the same measurements.</h1>\n");
    html.append("<p class=\"lede\">Each method gets the same images, masks, noise and seeds, and");
    html.append(" runs through the engine that serves. Bars and ± are 95 % intervals over images");
    html.append("; <a href=\"#conventions\">what the figures mean</a>.</p>\n");
    if (tasks > 1) {
      html.append("<nav>");
      for (var plan : report.plans()) {
        html.append("<div><b>").append(escape(plan.title())).append("</b> ");
        for (var task : plan.tasks()) {
          html.append("<a href=\"#").append(id(plan, task)).append("\">");
          html.append(escape(task.task())).append("</a> ");
        }
        html.append("</div>");
      }
      html.append("</nav>\n");
    }
    return html.append("</header>\n").toString();
  }

  private static String id(PlanReport plan, TaskReport task) {
    return escape(plan.name() + "-" + task.task().replace('/', '-'));
  }

  private static String plan(PlanReport plan, List<Gallery> galleries) {
    var html = new StringBuilder("<section><h2>").append(escape(plan.title())).append("</h2>\n");
    if (!plan.about().isEmpty()) {
      html.append("<p class=\"about\">").append(Markup.withCode(plan.about())).append("</p>\n");
    }
    html.append("<pre>").append(escape(plan.command())).append("</pre>\n<p class=\"sub\">");
    html.append(escape(plan.device())).append(" · batches of up to ").append(plan.batch());
    html.append("</p>\n");
    for (var task : plan.tasks()) {
      var gallery =
          galleries.stream()
              .filter(g -> g.plan().equals(plan.name()) && g.task().equals(task.task()))
              .findFirst();
      html.append("<article id=\"").append(id(plan, task)).append("\">");
      html.append(task(task)).append(gallery.map(GallerySection::of).orElse(""));
      html.append("</article>\n");
    }
    return html.append("</section>\n").toString();
  }

  private static String task(TaskReport task) {
    var palette = new Palette(task);
    var html = new StringBuilder("<h3>").append(escape(task.task())).append("</h3>\n");
    html.append("<p class=\"sub\">");
    html.append(String.format(Locale.ROOT, "%,d measurements, ", task.measurements()));
    html.append("images ").append(escape(task.images()));
    html.append(" · prior <code>").append(escape(task.prior()));
    html.append(String.format(Locale.ROOT, "</code>, %,d weights", task.priorParameters()));
    if (task.calibration() != null) {
      html.append(" · calibrated on images ").append(escape(task.calibration()));
    }
    html.append("</p>\n").append(MethodTable.of(task, palette)).append("<div class=\"plots\">");
    plot(html, "Quality against time", TimePlot.of(task, palette));
    plot(html, coverageTitle(task), CoveragePlot.of(task, palette));
    plot(html, "PSNR image by image", DifferencePlot.of(task, palette));
    return html.append("</div>\n").toString();
  }

  private static String coverageTitle(TaskReport task) {
    return task.calibration() == null
        ? "Coverage of the stated intervals"
        : "Coverage of the stated intervals; dashed: with the factor";
  }

  private static void plot(StringBuilder html, String title, String svg) {
    if (!svg.isEmpty()) {
      html.append("<figure><figcaption>").append(escape(title)).append("</figcaption>");
      html.append(svg).append("</figure>");
    }
  }
}
