package org.deftstream.deft.evaluation;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;
import org.deftstream.deft.evaluation.TestSet.Item;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.metrics.Psnr;
import org.deftstream.deft.metrics.Ssim;

/**
 * Runs one method over a set of measurements in chunks that fill the batches, and keeps what comes
 * out. Chunks lie at the same places whatever is there already, so that a run that was interrupted
 * ends with the same results. Not thread-safe.
 */
final class MethodRunner {
  private final ResultStore store;
  private final int batch;
  private final LongSupplier nanoTime;

  MethodRunner(ResultStore store, int batch, LongSupplier nanoTime) {
    this.store = store;
    this.batch = batch;
    this.nanoTime = nanoTime;
  }

  /**
   * Computes the results that are missing.
   *
   * @param key what they are kept under
   * @param done called with the number of finished measurements
   */
  void run(
      String key,
      String task,
      PlannedMethod planned,
      Method method,
      TestSet set,
      IntConsumer done) {
    int chunk = chunk(method.samples());
    var items = set.items();
    boolean warm = false;
    for (int from = 0; from < items.size(); from += chunk) {
      int to = Math.min(from + chunk, items.size());
      var known = store.scores(key);
      if (!IntStream.range(from, to).allMatch(known::containsKey)) {
        var part = items.subList(from, to);
        if (!warm) {
          method.warmUp(ids(part, 0), part.stream().map(Item::measurement).toList());
          warm = true;
        }
        compute(key, task, planned, method, part, from);
      }
      done.accept(to);
    }
  }

  /** As few images as fill whole batches with their samples. */
  private int chunk(int samples) {
    return batch / gcd(batch, samples);
  }

  private static int gcd(int a, int b) {
    return b == 0 ? a : gcd(b, a % b);
  }

  private static List<String> ids(List<Item> items, int restart) {
    return items.stream().map(item -> item.id(restart)).toList();
  }

  private void compute(
      String key, String task, PlannedMethod planned, Method method, List<Item> part, int from) {
    var measurements = part.stream().map(Item::measurement).toList();
    var best = new ArrayList<Estimate>();
    var chosen = new int[part.size()];
    long begun = nanoTime.getAsLong();
    for (int restart = 0; restart < planned.restarts(); restart++) {
      var estimates = method.reconstruct(ids(part, restart), measurements);
      for (int i = 0; i < estimates.size(); i++) {
        if (restart == 0) {
          best.add(estimates.get(i));
        } else if (better(estimates.get(i), best.get(i))) {
          best.set(i, estimates.get(i));
          chosen[i] = restart;
        }
      }
    }
    double seconds = (nanoTime.getAsLong() - begun) / 1e9 / part.size();
    var known = store.scores(key);
    var scores = new ArrayList<Score>();
    for (int i = 0; i < part.size(); i++) {
      int number = from + i;
      if (!known.containsKey(number)) {
        scores.add(judge(key, task, planned, number, part.get(i), best.get(i), chosen[i], seconds));
      }
    }
    store.append(scores);
  }

  private static boolean better(Estimate candidate, Estimate best) {
    return !candidate.hasFailed() && (best.hasFailed() || candidate.residual() < best.residual());
  }

  private Score judge(
      String key,
      String task,
      PlannedMethod planned,
      int number,
      Item item,
      Estimate estimate,
      int restart,
      double seconds) {
    if (estimate.hasFailed()) {
      return new Score(
          key,
          task,
          planned.label(),
          number,
          item.image(),
          item.seed(),
          Double.NaN,
          Double.NaN,
          Double.NaN,
          seconds,
          0,
          false,
          Double.NaN,
          estimate.failure());
    }
    var operator = item.measurement().operator();
    ImageShape shape = operator.imageShape();
    boolean turn = Ambiguity.prefersTurned(operator, estimate.mean(), item.truth());
    float[] mean = turn ? Ambiguity.turned(estimate.mean(), shape) : estimate.mean();
    try {
      store.vectors(key, "mean", shape.size()).write(number, mean);
      if (estimate.deviation() != null) {
        float[] deviation =
            turn ? Ambiguity.turned(estimate.deviation(), shape) : estimate.deviation();
        store.vectors(key, "deviation", shape.size()).write(number, deviation);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new Score(
        key,
        task,
        planned.label(),
        number,
        item.image(),
        item.seed(),
        Psnr.of(item.judged(mean), item.truth()),
        Ssim.of(item.judged(mean), item.truth(), shape),
        estimate.residual(),
        seconds,
        restart,
        turn,
        item.contrastKept(mean),
        "");
  }
}
