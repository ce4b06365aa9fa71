package org.deftstream.deft.evaluation;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.deftstream.deft.evaluation.RunManifest.MethodRun;
import org.deftstream.deft.evaluation.RunManifest.TaskRun;
import org.deftstream.deft.evaluation.report.Report.Uncertainty;
import org.deftstream.deft.metrics.Bootstrap;
import org.deftstream.deft.metrics.Bootstrap.Interval;
import org.deftstream.deft.metrics.Coverage;

/** Coverage curves from stored means and standard deviations. Not thread-safe. */
final class UncertaintyFigures {
  private static final long SEED = 1;

  /** Values of the truth up to here are background: -1 is nothing. */
  private static final float EMPTY = -0.9f;

  private final ResultStore store;

  UncertaintyFigures(ResultStore store) {
    this.store = store;
  }

  /** The curve of a method; null where standard deviations are missing. */
  Uncertainty of(TaskRun run, MethodRun method) throws IOException {
    var test = distances(run, run.key(), method.key(), method.setup().samples());
    if (test.isEmpty()) {
      return null;
    }
    Double factor = null;
    if (method.calibrationKey() != null && run.calibrationKey() != null) {
      var validation =
          distances(run, run.calibrationKey(), method.calibrationKey(), method.setup().samples());
      if (!validation.isEmpty()) {
        factor = Coverage.calibrate(joined(validation), method.setup().samples());
      }
    }
    return new Uncertainty(
        Coverage.levels(),
        curve(test, method.setup().samples(), 1),
        factor,
        factor == null ? null : curve(test, method.setup().samples(), factor),
        inside(run, method, factor == null ? 1 : factor));
  }

  /** The share of the matched level where the truth is not empty; null where it always is. */
  private Interval inside(TaskRun run, MethodRun method, double factor) throws IOException {
    int size = run.height() * run.width() * run.channels();
    var truths = store.vectors(run.key(), "truth", size).readAll();
    var means = store.vectors(method.key(), "mean", size).readAll();
    var deviations = store.vectors(method.key(), "deviation", size).readAll();
    double quantile = Coverage.quantile(Coverage.MATCHED_LEVEL, method.setup().samples());
    var shares = new ArrayList<Double>();
    for (var score : store.scores(method.key()).values()) {
      int i = score.item();
      if (score.failed() || i >= deviations.size()) {
        continue;
      }
      float[] truth = truths.get(i);
      double[] all =
          Coverage.distances(truth, means.get(i), deviations.get(i), method.setup().samples());
      double[] there =
          IntStream.range(0, all.length)
              .filter(k -> truth[k] > EMPTY)
              .mapToDouble(k -> all[k])
              .toArray();
      if (there.length > 0) {
        shares.add(Coverage.share(there, quantile, factor));
      }
    }
    return shares.isEmpty()
        ? null
        : Bootstrap.mean(shares.stream().mapToDouble(Double::doubleValue).toArray(), SEED);
  }

  private List<double[]> distances(TaskRun run, String truthKey, String key, int samples)
      throws IOException {
    int size = run.height() * run.width() * run.channels();
    var deviationFile = store.vectors(key, "deviation", size);
    var truthFile = store.vectors(truthKey, "truth", size);
    if (!deviationFile.exists() || !truthFile.exists()) {
      return List.of();
    }
    var truths = truthFile.readAll();
    var means = store.vectors(key, "mean", size).readAll();
    var deviations = deviationFile.readAll();
    var all = new ArrayList<double[]>();
    for (var score : store.scores(key).values()) {
      int i = score.item();
      if (!score.failed() && i < deviations.size()) {
        all.add(Coverage.distances(truths.get(i), means.get(i), deviations.get(i), samples));
      }
    }
    return all;
  }

  private static double[] joined(List<double[]> parts) {
    return parts.stream().flatMapToDouble(java.util.Arrays::stream).toArray();
  }

  private static List<Interval> curve(List<double[]> distances, int samples, double factor) {
    var curve = new ArrayList<Interval>();
    for (double level : Coverage.levels()) {
      double quantile = Coverage.quantile(level, samples);
      var shares =
          distances.stream().mapToDouble(d -> Coverage.share(d, quantile, factor)).toArray();
      curve.add(Bootstrap.mean(shares, SEED));
    }
    return curve;
  }
}
