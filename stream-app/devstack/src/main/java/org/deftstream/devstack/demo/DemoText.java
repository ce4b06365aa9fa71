package org.deftstream.devstack.demo;

import java.util.Locale;
import java.util.stream.Collectors;
import org.deftstream.devstack.demo.DemoResult.MethodFigures;
import org.deftstream.devstack.demo.DemoResult.Records;
import org.deftstream.devstack.demo.DemoResult.Swap;
import org.deftstream.devstack.demo.DemoResult.TaskFigures;
import org.deftstream.devstack.demo.DemoResult.Training;
import org.deftstream.devstack.instruments.Figure;

/** Results in a few lines for a person. Stateless. */
final class DemoText {
  private DemoText() {}

  /** Of a run on measured data: a line for each method of each scan. */
  static String of(InstrumentResult result) {
    var text = new StringBuilder();
    for (var instrument : result.instruments()) {
      for (var scan : instrument.scans()) {
        text.append(
            String.format(
                Locale.ROOT,
                "%s: %s, answered in %.1f s%n",
                instrument.data().name(),
                scan.title(),
                scan.latencyMillis() / 1e3));
        for (var judged : scan.estimates()) {
          text.append(
              String.format(
                  "  %-24s %s%n",
                  judged.method(),
                  judged.figures().stream().map(DemoText::of).collect(Collectors.joining(", "))));
        }
      }
    }
    text.append(String.format(Locale.ROOT, "whole run %.0f s%n", result.totalMillis() / 1e3));
    return text.append(String.format("page: %s%n", result.page())).toString();
  }

  private static String of(Figure figure) {
    String form = "%." + figure.decimals() + "f";
    return (figure.name() + " " + String.format(Locale.ROOT, form, figure.value()))
        + (Double.isNaN(figure.spread())
            ? ""
            : " +- " + String.format(Locale.ROOT, form, figure.spread()))
        + (figure.unit().isEmpty() ? "" : " " + figure.unit());
  }

  /** Of a run on simulated measurements. */
  static String of(DemoResult result) {
    return of(result.records())
        + (result.swap() == null ? "" : of(result.swap(), result.training() != null))
        + result.tasks().stream().map(DemoText::of).collect(Collectors.joining())
        + (result.training() == null ? "" : of(result.training()))
        + String.format(Locale.ROOT, "whole run %.0f s%n", result.timing().totalMillis() / 1e3)
        + String.format(Locale.ROOT, "page: %s%n", result.page());
  }

  private static String of(Records records) {
    return String.format(
        Locale.ROOT,
        "%d records sent: %d reconstructed, %d dead-lettered, %d lost, %d duplicates%n",
        records.sent(),
        records.reconstructed(),
        records.deadLettered(),
        records.lost(),
        records.duplicates());
  }

  private static String of(Swap swap, boolean trained) {
    return String.format(
        Locale.ROOT,
        "%s %.1f s after they were %s; %d records answered meanwhile%n",
        trained ? "an adapter of the pairs served" : "adapters served",
        swap.durationMillis() / 1e3,
        trained ? "sent" : "published",
        swap.answeredMeanwhile());
  }

  /** A line for each method, and for what the adapter gains over others. */
  private static String of(TaskFigures task) {
    var text = new StringBuilder();
    text.append(String.format("%s, %d images%n", task.task(), task.images()));
    for (MethodFigures method : task.methods()) {
      text.append(
          String.format(
              Locale.ROOT,
              "  %-26s PSNR %5.2f dB (95 %% %.2f to %.2f)   SSIM %.3f%n",
              method.label(),
              method.psnr().mean(),
              method.psnr().low(),
              method.psnr().high(),
              method.ssim().mean()));
    }
    for (var gain : task.gains()) {
      text.append(
          String.format(
              Locale.ROOT,
              "  adapter over %-13s PSNR %+5.2f dB (95 %% %+.2f to %+.2f)%n",
              gain.over(),
              gain.psnr().mean(),
              gain.psnr().low(),
              gain.psnr().high()));
    }
    return text.toString();
  }

  private static String of(Training training) {
    return String.format(
        Locale.ROOT,
        "trained %d steps on %d of %d pairs in %.1f min: %s%n",
        training.steps(),
        training.trainedOn(),
        training.pairs(),
        training.minutes(),
        training.reason());
  }
}
