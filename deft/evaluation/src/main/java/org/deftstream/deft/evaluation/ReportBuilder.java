package org.deftstream.deft.evaluation;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import org.deftstream.deft.evaluation.RunManifest.MethodRun;
import org.deftstream.deft.evaluation.RunManifest.TaskRun;
import org.deftstream.deft.evaluation.report.Report;
import org.deftstream.deft.evaluation.report.Report.Distances;
import org.deftstream.deft.evaluation.report.Report.MethodReport;
import org.deftstream.deft.evaluation.report.Report.PlanReport;
import org.deftstream.deft.evaluation.report.Report.TaskReport;
import org.deftstream.deft.metrics.Bootstrap;
import org.deftstream.deft.metrics.Bootstrap.Interval;

/** Turns stored results into figures; computes no image. Not thread-safe. */
final class ReportBuilder {
  private static final long SEED = 1;

  private final ResultStore store;
  private final DistanceFigures distances;
  private final UncertaintyFigures uncertainty;

  ReportBuilder(ResultStore store) {
    this.store = store;
    distances = new DistanceFigures(store);
    uncertainty = new UncertaintyFigures(store);
  }

  Report build() {
    return new Report(store.manifests().stream().map(this::plan).toList());
  }

  private PlanReport plan(RunManifest run) {
    return new PlanReport(
        run.name(),
        run.title(),
        run.about(),
        run.command(),
        run.device(),
        run.batch(),
        run.tasks().stream().map(this::task).toList());
  }

  private TaskReport task(TaskRun run) {
    var reference =
        run.methods().stream().filter(m -> m.setup().label().equals(run.reference())).findFirst();
    var methods = new ArrayList<MethodReport>();
    try {
      for (var method : run.methods()) {
        methods.add(method(run, method, reference.orElse(null)));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new TaskReport(
        run.task(),
        run.prior(),
        run.priorParameters(),
        run.operator(),
        run.linear(),
        run.images(),
        run.items(),
        run.seeds(),
        run.reference(),
        run.calibration(),
        run.features(),
        methods);
  }

  private MethodReport method(TaskRun run, MethodRun m, MethodRun reference) throws IOException {
    var scores = store.scores(m.key());
    var good = scores.values().stream().filter(s -> !s.failed()).toList();
    boolean compare = reference != null && !reference.key().equals(m.key());
    boolean any = !good.isEmpty();
    double seconds = scores.values().stream().mapToDouble(Score::seconds).average().orElse(0);
    int evaluations = m.setup().steps() * m.setup().samples() * m.setup().restarts();
    boolean complete = scores.size() == run.items() && good.size() == run.items();
    Distances distance =
        run.features() == null || !complete
            ? null
            : distances.of(run, m.key(), compare ? reference.key() : null);
    return new MethodReport(
        m.setup(),
        run.items() - scores.size(),
        scores.size() - good.size(),
        any ? Bootstrap.mean(byImage(good, Score::psnr), SEED) : null,
        any ? Bootstrap.mean(byImage(good, Score::ssim), SEED) : null,
        any ? Bootstrap.mean(byImage(good, Score::residual), SEED) : null,
        seconds,
        evaluations > 0 ? seconds * 1e3 / evaluations : null,
        compare ? difference(m, reference, Score::psnr) : null,
        compare ? difference(m, reference, Score::ssim) : null,
        (int) good.stream().filter(Score::turned).count(),
        m.residualLow() == null ? null : (int) good.stream().filter(s -> marked(m, s)).count(),
        good.stream().anyMatch(s -> Double.isFinite(s.contrast()))
            ? Bootstrap.mean(byImage(good, Score::contrast), SEED)
            : null,
        distance,
        m.setup().samples() > 1 && any ? uncertainty.of(run, m) : null,
        byImage(good, Score::psnr));
  }

  private static boolean marked(MethodRun m, Score score) {
    return score.residual() < m.residualLow() || score.residual() > m.residualHigh();
  }

  /** The mean over the seeds of each image: measurements of one image are not independent. */
  private static double[] byImage(Collection<Score> scores, ToDoubleFunction<Score> figure) {
    var sums = new TreeMap<Integer, double[]>();
    for (var score : scores) {
      var sum = sums.computeIfAbsent(score.image(), image -> new double[2]);
      sum[0] += figure.applyAsDouble(score);
      sum[1]++;
    }
    return sums.values().stream().mapToDouble(sum -> sum[0] / sum[1]).toArray();
  }

  private Interval difference(MethodRun a, MethodRun b, ToDoubleFunction<Score> figure) {
    var left = store.scores(a.key());
    var right = store.scores(b.key());
    List<Integer> both =
        left.keySet().stream()
            .filter(right::containsKey)
            .filter(i -> !left.get(i).failed() && !right.get(i).failed())
            .toList();
    return both.isEmpty()
        ? null
        : Bootstrap.paired(
            byImage(both.stream().map(left::get).toList(), figure),
            byImage(both.stream().map(right::get).toList(), figure),
            SEED);
  }
}
