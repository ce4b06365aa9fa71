package org.deftstream.deft.engine;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.deftstream.deft.GaussianPrior;
import org.deftstream.deft.htransform.HTransform;
import org.deftstream.deft.htransform.StepRow;
import org.deftstream.deft.image.ImageShape;

/**
 * Prints what the engine costs on top of the prior: the same number of rows through bare calls of a
 * cheap prior and through the engine, with an h-transform that does nothing. A main, not a test:
 * its figures depend on the machine.
 */
public final class EngineOverhead {
  private static final ImageShape SHAPE = new ImageShape(64, 64, 1);
  private static final int BATCH = 32;
  private static final int REQUESTS = 4 * BATCH;
  private static final int STEPS = 50;
  private static final int REPEATS = 5;

  private EngineOverhead() {}

  /** Runs it. */
  public static void main(String[] arguments) {
    for (int repeat = 0; repeat < REPEATS; repeat++) {
      long rows = (long) REQUESTS * STEPS;
      double bare = bare(rows) / 1e3 / rows;
      var statistics = engine();
      double all = statistics.busyTime().toNanos() / 1e3 / rows;
      double prior = statistics.priorTime().toNanos() / 1e3 / rows;
      System.out.printf(
          "%s, batch %d: microseconds per row and step: bare prior %.1f; engine %.1f,"
              + " of it prior %.1f, engine itself %.1f%n",
          SHAPE, BATCH, bare, all, prior, all - prior);
    }
  }

  private static long bare(long rows) {
    var prior = GaussianPrior.ramp(SHAPE);
    var x = new float[BATCH * SHAPE.size()];
    var t = new int[BATCH];
    Arrays.fill(t, 500);
    long start = System.nanoTime();
    for (long done = 0; done < rows; done += BATCH) {
      x[0] += prior.predictNoise(x, t)[1];
    }
    return System.nanoTime() - start;
  }

  private static EngineStatistics engine() {
    var prior = GaussianPrior.ramp(SHAPE);
    var transform = new NoCorrection();
    try (var engine = new Engine(EngineSettings.of(BATCH))) {
      var futures =
          IntStream.range(0, REQUESTS)
              .mapToObj(
                  i ->
                      Requests.request("r" + i)
                          .prior(prior)
                          .transform(transform)
                          .steps(STEPS)
                          .build())
              .map(engine::submit)
              .toArray(CompletableFuture[]::new);
      CompletableFuture.allOf(futures).join();
      return engine.statistics();
    }
  }

  private static final class NoCorrection implements HTransform {
    private final float[] zero = new float[SHAPE.size()];

    @Override
    public String method() {
      return "none";
    }

    @Override
    public List<float[]> correct(List<StepRow> rows) {
      return rows.stream().map(row -> zero).toList();
    }
  }
}
