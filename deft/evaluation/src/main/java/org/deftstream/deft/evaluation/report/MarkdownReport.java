package org.deftstream.deft.evaluation.report;

import java.util.List;
import java.util.Locale;
import org.deftstream.deft.evaluation.report.Report.MethodReport;
import org.deftstream.deft.evaluation.report.Report.PlanReport;
import org.deftstream.deft.evaluation.report.Report.TaskReport;
import org.deftstream.deft.metrics.Bootstrap.Interval;
import org.deftstream.deft.text.CanonicalJson;

/** The report as Markdown: tables, with the command that made them above. Stateless. */
public final class MarkdownReport {
  private static final int LEVEL_50 = 0;
  private static final int LEVEL_70 = 4;
  private static final int LEVEL_90 = 8;
  private static final int LEVEL_95 = 9;

  private MarkdownReport() {}

  /** The whole report. */
  public static String of(Report report) {
    var text = new StringBuilder("# Benchmarks of the method\n\n").append(Conventions.markdown());
    for (var plan : report.plans()) {
      text.append("\n## ").append(plan.title()).append("\n\n");
      if (!plan.about().isEmpty()) {
        text.append(plan.about()).append("\n\n");
      }
      text.append("```sh\n").append(plan.command()).append("\n```\n\n");
      text.append(plan.device()).append(", batches of up to ").append(plan.batch()).append(".\n");
      plan.tasks().forEach(task -> text.append('\n').append(task(task)));
    }
    return text.toString();
  }

  /** The tables of one plan, for the terminal. */
  public static String of(PlanReport plan) {
    var text = new StringBuilder();
    plan.tasks().forEach(task -> text.append(task(task)));
    return text.toString();
  }

  private static String task(TaskReport task) {
    var text = new StringBuilder("### ").append(task.task()).append("\n\n");
    text.append(String.format(Locale.ROOT, "%,d measurements", task.measurements()));
    text.append(" (images ").append(task.images()).append("), prior `").append(task.prior());
    text.append(String.format(Locale.ROOT, "` with %,d weights.", task.priorParameters()));
    if (task.reference() != null) {
      text.append(" Differences are to *").append(task.reference()).append("*, paired by image.");
    }
    text.append("\n\n");
    quality(text, task);
    if (task.methods().stream().anyMatch(m -> m.distances() != null)) {
      distances(text, task);
    }
    if (task.methods().stream().anyMatch(m -> m.uncertainty() != null)) {
      uncertainty(text, task);
    }
    return text.toString();
  }

  private static void quality(StringBuilder text, TaskReport task) {
    boolean differences = task.reference() != null;
    text.append("| method | parameters | sampler | weights | PSNR, dB | SSIM | residual |");
    boolean contrast = task.methods().stream().anyMatch(m -> m.contrast() != null);
    boolean marked = task.methods().stream().anyMatch(m -> m.marked() != null);
    text.append(marked ? " marked |" : "").append(contrast ? " contrast kept |" : "");
    text.append(differences ? " PSNR difference | SSIM difference |" : "");
    text.append(" s/image | ms/step |\n|---|---|---|--:|--:|--:|--:|");
    text.append(marked ? "--:|" : "").append(contrast ? "--:|" : "");
    text.append(differences ? "--:|--:|" : "").append("--:|--:|\n");
    for (var m : task.methods()) {
      row(
          text,
          name(m),
          parameters(m),
          m.setup().sampler()
              + (m.setup().restarts() > 1 ? " restarts=" + m.setup().restarts() : ""),
          m.setup().parameters() == 0
              ? ""
              : String.format(Locale.ROOT, "%,d", m.setup().parameters()),
          interval(m.psnr(), 2),
          interval(m.ssim(), 4),
          interval(m.residual(), 2));
      if (marked) {
        row(text, marked(m, task));
      }
      if (contrast) {
        row(text, interval(m.contrast(), 2));
      }
      if (differences) {
        row(text, interval(m.psnrDifference(), 2), interval(m.ssimDifference(), 4));
      }
      row(
          text,
          number(m.secondsPerImage(), 3),
          m.millisPerStep() == null ? "" : number(m.millisPerStep(), 2));
      text.append("|\n");
    }
    text.append('\n');
  }

  private static String marked(MethodReport m, TaskReport task) {
    return m.marked() == null ? "" : m.marked() + " of " + task.measurements();
  }

  private static void distances(StringBuilder text, TaskReport task) {
    boolean differences = task.reference() != null;
    text.append("Distances of distributions, features of `").append(task.features());
    text.append("`:\n\n| method | images | Frechet | KID x 1000 |");
    text.append(differences ? " Frechet difference | KID difference x 1000 |" : "");
    text.append("\n|---|--:|--:|--:|").append(differences ? "--:|--:|" : "").append('\n');
    for (var m : task.methods()) {
      var d = m.distances();
      if (d != null) {
        row(
            text,
            name(m),
            Integer.toString(d.images()),
            interval(d.frechet(), 3),
            interval(scaled(d.kernel()), 2));
        if (differences) {
          row(text, interval(d.frechetDifference(), 3), interval(scaled(d.kernelDifference()), 2));
        }
        text.append("|\n");
      }
    }
    text.append('\n');
  }

  private static void uncertainty(StringBuilder text, TaskReport task) {
    text.append("Coverage of the stated intervals, share of pixels");
    if (task.calibration() != null) {
      text.append("; the factor is from validation images ").append(task.calibration());
    }
    text.append(":\n\n| method | samples | 50 % | 70 % | 90 % | 95 % | factor |");
    text.append(" 50 % calibrated | 90 % calibrated | 90 % where not empty |\n");
    text.append("|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n");
    for (var m : task.methods()) {
      var u = m.uncertainty();
      if (u != null) {
        row(text, name(m), Integer.toString(m.setup().samples()));
        for (int level : new int[] {LEVEL_50, LEVEL_70, LEVEL_90, LEVEL_95}) {
          row(text, interval(u.covered().get(level), 3));
        }
        row(
            text,
            u.factor() == null ? "" : number(u.factor(), 3),
            u.calibrated() == null ? "" : interval(u.calibrated().get(LEVEL_50), 3),
            u.calibrated() == null ? "" : interval(u.calibrated().get(LEVEL_90), 3),
            interval(u.inside(), 3));
        text.append("|\n");
      }
    }
    text.append('\n');
  }

  private static void row(StringBuilder text, String... cells) {
    for (String cell : List.of(cells)) {
      text.append("| ").append(cell).append(' ');
    }
  }

  private static String name(MethodReport m) {
    var notes = new StringBuilder(m.setup().label());
    if (m.failed() > 0) {
      notes.append(" (").append(m.failed()).append(" failed, not in the means)");
    }
    if (m.missing() > 0) {
      notes.append(" (").append(m.missing()).append(" not computed yet)");
    }
    return notes.toString();
  }

  static String parameters(MethodReport m) {
    var json = m.setup().settings().path("parameters");
    var text = new StringBuilder();
    json.properties()
        .forEach(
            e ->
                text.append(text.isEmpty() ? "" : " ")
                    .append(e.getKey())
                    .append('=')
                    .append(CanonicalJson.of(e.getValue())));
    return text.toString();
  }

  private static Interval scaled(Interval i) {
    return i == null ? null : new Interval(1e3 * i.mean(), 1e3 * i.low(), 1e3 * i.high());
  }

  private static String interval(Interval i, int decimals) {
    return i == null
        ? ""
        : number(i.mean(), decimals)
            + " ["
            + number(i.low(), decimals)
            + ", "
            + number(i.high(), decimals)
            + "]";
  }

  private static String number(double value, int decimals) {
    return String.format(Locale.ROOT, "%." + decimals + "f", value);
  }
}
