package org.deftstream.tests.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.deftstream.tests.benchmarks.Table.number;
import static org.deftstream.tests.benchmarks.Table.percent;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.deftstream.deft.image.LineChart;
import org.deftstream.devstack.demo.TrainingPictures;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * Quality against the number of evaluations of the prior, and against time, for R = 1, 2, 4, 8 at
 * the same number of steps, and for R = 4 with a third of the evaluations of R = 1. {@code
 * -Ddeftstream.benchmarks.reuse.steps} sets the length of a training.
 */
@Timeout(value = 6, unit = TimeUnit.HOURS)
@EnabledIfSystemProperty(named = Form.PROPERTY, matches = "short|long")
class ReuseIT {
  private static final double WANTED = 0.99;
  private static final int PAIRS = Form.number("reuse.pairs", 200, 2_000);
  private static final int STEPS = Form.number("reuse.steps", 8, 300);
  private static final int VALIDATION = Form.number("reuse.validation", 8, 100);
  private static final int ROWS = Form.number("reuse.rows", 8, 64);

  /** A training: each answer of the prior is used so many times, for so many steps. */
  private record Plan(int reuse, int steps) {
    long evaluations() {
      return (long) steps * ROWS / reuse;
    }
  }

  private static final List<Plan> PLANS =
      List.of(
          new Plan(1, STEPS),
          new Plan(2, STEPS),
          new Plan(4, STEPS),
          new Plan(8, STEPS),
          new Plan(4, 4 * STEPS / 3));

  @TempDir static Path directory;

  @Test
  void shouldLoseLittleByReuse() throws Exception {
    var clothes = TrainingPictures.read();
    var table =
        new Table(
            "R",
            "steps",
            "evaluations of the prior",
            "minutes",
            "PSNR",
            "95 % interval",
            "gain over the untrained network, dB",
            "share of the gain of R = 1");
    double whole = Double.NaN;
    var shares = new ArrayList<double[]>();
    var times = new ArrayList<double[]>();
    try (var learning = new Learning(directory, 1, Form.isLong(), VALIDATION)) {
      var pairs =
          IntStream.range(0, PAIRS)
              .mapToObj(i -> learning.measured(i, clothes.picture(i)))
              .toList();
      // It beats the training-free method before it has learned: it answers with several samples.
      double untrained = psnr(learning.refresh(pairs, 1, ROWS, 1));
      table.row(
          "untrained",
          0,
          0,
          number(0, 2),
          number(untrained, 2) + " dB",
          "",
          number(0, 3),
          percent(0));
      for (var plan : PLANS) {
        learning.reset();
        var done = learning.refresh(pairs, plan.steps(), ROWS, plan.reuse());
        var judgement = done.judgement();
        double gain = psnr(done) - untrained;
        whole = Double.isNaN(whole) ? gain : whole;
        shares.add(new double[] {(double) plan.evaluations(), gain / whole});
        times.add(new double[] {done.trainingSeconds(), gain / whole});
        table.row(
            plan.reuse(),
            plan.steps(),
            plan.evaluations(),
            number(done.trainingSeconds() / 60, 2),
            number(psnr(done), 2) + " dB",
            number(judgement.path("psnrLow").asDouble(), 2)
                + " to "
                + number(judgement.path("psnrHigh").asDouble(), 2),
            number(gain, 3),
            percent(gain / whole));
      }
    }
    Section.REUSE.publish(
        table.markdown()
            + "\n![Gain by evaluations of the prior](reuse.png)\n"
            + "\n![Gain by seconds of training](reuse-seconds.png)\n");
    plot("reuse.png", "evaluations of the prior", shares);
    plot("reuse-seconds.png", "seconds of training", times);
    if (Form.isLong()) {
      Page.update();
      assertThat(shares.get(PLANS.size() - 1)[1])
          .as("share of the gain with a third of the evaluations")
          .isGreaterThan(WANTED);
    }
  }

  private static double psnr(Learning.Done done) {
    return done.judgement().path("psnr").asDouble();
  }

  /** The chart's vertical axis is logarithmic, so a training that was too short has none. */
  private static void plot(String name, String what, List<double[]> points) throws Exception {
    if (points.stream().allMatch(point -> point[1] > 0)) {
      var shares = new ArrayList<>(points);
      shares.sort((a, b) -> Double.compare(a[0], b[0]));
      Files.write(Section.file(name), LineChart.png("Share of the gain of R = 1", what, shares));
    }
  }
}
