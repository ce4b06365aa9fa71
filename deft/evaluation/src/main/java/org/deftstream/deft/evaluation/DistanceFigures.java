package org.deftstream.deft.evaluation;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.deftstream.deft.evaluation.RunManifest.TaskRun;
import org.deftstream.deft.evaluation.report.Report.Distances;
import org.deftstream.deft.metrics.Bootstrap.Interval;
import org.deftstream.deft.metrics.FrechetDistance;
import org.deftstream.deft.metrics.HalfSamples;
import org.deftstream.deft.metrics.KernelDistance;

/**
 * Frechet and kernel distances from stored features. The halves of the interval are the same for
 * every method, so differences are paired. Not thread-safe.
 */
final class DistanceFigures {
  private static final long SEED = 1;

  /** Fewer images say nothing about a distribution of so many features. */
  private static final int LEAST_IMAGES = 8;

  /** The kernel is a matrix of images x images. */
  private static final int MOST_IMAGES = 4_000;

  private final ResultStore store;
  private final Map<String, Halves> known = new HashMap<>();

  private record Halves(int images, double frechet, double[] frechets, double kid, double[] kids) {}

  DistanceFigures(ResultStore store) {
    this.store = store;
  }

  /**
   * The distances of a method.
   *
   * @param reference key of the method that differences are taken to; null for none
   * @return null where features are missing or too few
   */
  Distances of(TaskRun run, String key, String reference) throws IOException {
    var own = halves(run, key);
    if (own == null) {
      return null;
    }
    var other = reference == null ? null : halves(run, reference);
    return new Distances(
        own.images(),
        HalfSamples.interval(own.frechet(), own.frechets()),
        HalfSamples.interval(own.kid(), own.kids()),
        other == null
            ? null
            : difference(own.frechet(), own.frechets(), other.frechet(), other.frechets()),
        other == null ? null : difference(own.kid(), own.kids(), other.kid(), other.kids()));
  }

  private static Interval difference(double a, double[] halvesA, double b, double[] halvesB) {
    var differences = new double[halvesA.length];
    for (int i = 0; i < differences.length; i++) {
      differences[i] = halvesA[i] - halvesB[i];
    }
    return HalfSamples.interval(a - b, differences);
  }

  private Halves halves(TaskRun run, String key) throws IOException {
    String name = run.key() + key;
    if (!known.containsKey(name)) {
      known.put(name, compute(run, key));
    }
    return known.get(name);
  }

  private Halves compute(TaskRun run, String key) throws IOException {
    var truthFile = store.features(run.key(), "truth", run.features(), run.featureDimension());
    var file = store.features(key, "mean", run.features(), run.featureDimension());
    if (!truthFile.exists() || !file.exists()) {
      return null;
    }
    var truths = truthFile.readAll();
    var features = file.readAll();
    int n = Math.min(truths.size(), MOST_IMAGES);
    if (n < LEAST_IMAGES || features.size() != truths.size()) {
      return null;
    }
    truths = truths.subList(0, n);
    features = features.subList(0, n);
    var kernel = new KernelDistance(features, truths);
    var halves = HalfSamples.draw(n, SEED);
    List<float[]> left = features;
    List<float[]> right = truths;
    return new Halves(
        n,
        FrechetDistance.of(left, right),
        HalfSamples.apply(
            halves, half -> FrechetDistance.of(select(left, half), select(right, half))),
        kernel.all(),
        HalfSamples.apply(halves, kernel::of));
  }

  private static List<float[]> select(List<float[]> all, int[] indices) {
    return IntStream.of(indices).mapToObj(all::get).toList();
  }
}
