package org.deftstream.deft.training;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.deftstream.deft.adapter.AdapterFeatures;
import org.deftstream.deft.operator.BoundMeasurement;
import org.deftstream.deft.prior.Prior;
import org.deftstream.deft.sampler.DdimStep;

/**
 * Batches for an adapter (DEFT, eq. 10): the features of {@code (x_t, x0Hat, y, g)} that {@link
 * AdapterFeatures#write} states, and as target what {@link AdapterFeatures#target} makes of the
 * noise. The prior is only ever evaluated forward, and each of its answers is used {@code reuse}
 * times, every time with a fresh measurement of the same image: the prior's answer does not depend
 * on y, and it is the expensive part.
 *
 * <p>Where the form remembers the estimate of the step before, half of a batch's rows are shown
 * what the network itself makes of them without, as self-conditioning is trained (Chen et al.,
 * arXiv 2208.04202, section 3.2): no trajectory has to be sampled for it, and nothing is
 * differentiated through it. The other half learns to do without, as at the first step.
 *
 * <p>Answers are made in pools. Pool and order depend on seed and step alone, and the estimates on
 * the weights besides, so a resumed run sees the same batches.
 */
public final class AdapterBatches implements TrainingRun.Batches {
  private static final int POOL_BATCHES = 16;

  private final Prior prior;
  private final LabelledPairs pairs;
  private final PriorBatches noisy;
  private final int rows;
  private final int reuse;
  private final AdapterFeatures features;
  private final long seed;
  private final FirstAnswer firstAnswer;
  private final PooledRow[] pool;
  private long pooled = -1;

  /** Asks the network under training, as {@link TrainableNetwork#predict} does. */
  @FunctionalInterface
  public interface FirstAnswer {
    /** The answers to some rows. */
    float[] answer(float[] input, float[] gradients, int[] timesteps);
  }

  /** One answer of the prior, kept. */
  private record PooledRow(
      int index, float[] x0, float[] xt, float[] clean, float[] target, int t) {}

  /**
   * Batches of pairs.
   *
   * @param rows images per batch
   * @param reuse how often an answer of the prior is used, at least 1
   * @param features what the network sees and answers
   * @param firstAnswer the network's answer, asked where the form remembers its estimates; null to
   *     leave them out
   */
  public AdapterBatches(
      Prior prior,
      LabelledPairs pairs,
      int rows,
      int reuse,
      AdapterFeatures features,
      long seed,
      FirstAnswer firstAnswer) {
    this.prior = prior;
    this.pairs = pairs;
    this.noisy = new PriorBatches(pairs, prior.schedule(), rows, seed);
    this.rows = rows;
    this.reuse = reuse;
    this.features = features;
    this.seed = seed;
    this.firstAnswer = firstAnswer;
    this.pool = new PooledRow[POOL_BATCHES * rows];
  }

  @Override
  public TrainingRun.Batch batch(long step) {
    long generation = step / ((long) POOL_BATCHES * reuse);
    if (generation != pooled) {
      fill(generation);
    }
    int inGeneration = (int) (step % ((long) POOL_BATCHES * reuse));
    int[] order = permutation(generation, inGeneration / POOL_BATCHES);
    int from = inGeneration % POOL_BATCHES * rows;
    return batch(order, from, new SplittableRandom(mix(step, 1)));
  }

  private void fill(long generation) {
    int size = pairs.shape().size();
    for (int b = 0; b < POOL_BATCHES; b++) {
      var images = noisy.noisyImages(generation * POOL_BATCHES + b);
      float[] predicted = prior.predictNoise(images.xt(), images.timesteps());
      for (int r = 0; r < rows; r++) {
        float[] xt = row(images.xt(), r, size);
        float[] eps = row(images.eps(), r, size);
        float[] answer = row(predicted, r, size);
        int t = images.timesteps()[r];
        double alphaBar = prior.schedule().alphaBar(t);
        float[] x0 = row(images.x0(), r, size);
        float[] clean = features.clipped(DdimStep.clean(xt, answer, alphaBar));
        float[] target = features.target(x0, eps, answer, clean, alphaBar);
        pool[b * rows + r] = new PooledRow(images.indexes()[r], x0, xt, clean, target, t);
      }
    }
    pooled = generation;
  }

  private static float[] row(float[] batch, int row, int size) {
    return Arrays.copyOfRange(batch, row * size, (row + 1) * size);
  }

  private int[] permutation(long generation, int pass) {
    var random = new SplittableRandom(mix(generation, 2 + pass));
    var order = new int[pool.length];
    for (int i = 0; i < order.length; i++) {
      int j = random.nextInt(i + 1);
      order[i] = order[j];
      order[j] = i;
    }
    return order;
  }

  private long mix(long a, long b) {
    return (seed * 1_000_003 + a) * 1_000_003 + b;
  }

  private TrainingRun.Batch batch(int[] order, int from, SplittableRandom random) {
    var shape = pairs.shape();
    int size = shape.size();
    var input = new float[rows * shape.height() * shape.width() * features.channels()];
    var gradients = new float[rows * size];
    var targets = new float[rows * size];
    var timesteps = new int[rows];
    var seeds = random.longs(rows).toArray();
    var measurements = new BoundMeasurement[rows];
    IntStream.range(0, rows)
        .parallel()
        .forEach(
            r -> {
              var own = new SplittableRandom(seeds[r]);
              var entry = pool[order[from + r]];
              var measurement = pairs.measurement(entry.index(), entry.x0(), own);
              measurements[r] = measurement;
              double alphaBar = prior.schedule().alphaBar(entry.t());
              features.write(input, gradients, r, entry.xt(), entry.clean(), alphaBar, measurement);
              System.arraycopy(entry.target(), 0, targets, r * size, size);
              timesteps[r] = entry.t();
            });
    if (features.form().previous() && firstAnswer != null) {
      showEstimates(input, gradients, timesteps, order, from, measurements);
    }
    return new TrainingRun.Batch(input, gradients, timesteps, targets);
  }

  /** Shows the first half of the rows what the network makes of them: their order is random. */
  private void showEstimates(
      float[] input,
      float[] gradients,
      int[] timesteps,
      int[] order,
      int from,
      BoundMeasurement[] measurements) {
    int shown = (rows + 1) / 2;
    float[] answer =
        firstAnswer.answer(
            Arrays.copyOf(input, input.length / rows * shown),
            Arrays.copyOf(gradients, gradients.length / rows * shown),
            Arrays.copyOf(timesteps, shown));
    IntStream.range(0, shown)
        .parallel()
        .forEach(
            r -> {
              var entry = pool[order[from + r]];
              double alphaBar = prior.schedule().alphaBar(entry.t());
              float[] estimate = features.estimate(answer, r, entry.clean(), alphaBar);
              features.writePrevious(input, r, estimate, measurements[r]);
            });
  }
}
