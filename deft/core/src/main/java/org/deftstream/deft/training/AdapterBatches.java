package org.deftstream.deft.training;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.deftstream.deft.adapter.AdapterFeatures;
import org.deftstream.deft.adapter.RowPadding;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.operator.BoundMeasurement;
import org.deftstream.deft.prior.Prior;
import org.deftstream.deft.prior.TiledPrior;
import org.deftstream.deft.sampler.DdimStep;

/**
 * Batches for an adapter (DEFT, eq. 10): the features of {@code (x_t, x0Hat, y, g)} that {@link
 * AdapterFeatures#write} states, and as target what {@link AdapterFeatures#target} makes of the
 * noise. The prior is only ever evaluated forward, and each of its answers is used {@code reuse}
 * times, every time with a fresh measurement of the same image: the prior's answer does not depend
 * on y, and it is the expensive part.
 *
 * <p>Where the form remembers the estimate of the step before, three quarters of a batch's rows are
 * shown what the network under training makes of an earlier state of theirs ({@link
 * EarlierStates}), which may have been shown one of a state before that, and so on. Nothing is
 * differentiated through it. The other rows learn to do without, as at the first step.
 *
 * <p>A network of any size learns from crops of larger images: operator, prior, features and
 * estimates are those of the whole image, the network sees a region of them, and the loss is that
 * of the region. Several regions of an image are in one batch, because the whole is the expensive
 * part.
 *
 * <p>Answers are made in pools. Pool and order depend on seed and step alone, and the estimates on
 * the weights besides, so a resumed run sees the same batches.
 */
public final class AdapterBatches implements TrainingRun.Batches {
  private static final int POOL_BATCHES = 16;

  private final Prior prior;
  private final LabelledPairs pairs;
  private final PriorBatches noisy;
  private final ImageShape image;
  private final ImageCrops crops;

  /** Images of a batch; as many as it has rows where they are not cropped. */
  private final int rows;

  private final int poolBatches;
  private final int reuse;
  private final AdapterFeatures features;
  private final long seed;
  private final Estimator estimator;
  private final RowPadding padding;
  private final PooledRow[] pool;
  private long pooled = -1;

  /** Asks the network under training, as {@link TrainableNetwork#predict} does. */
  @FunctionalInterface
  public interface Estimator {
    /** The answers to some rows of the network's own size. */
    float[] answer(float[] input, float[] gradients, int[] timesteps);

    /** The answers to rows of another size. */
    default float[] answer(
        float[] input, float[] gradients, int[] timesteps, int height, int width) {
      throw new IllegalStateException("estimates of rows of another size are not asked for");
    }
  }

  /** A state with what the prior makes of it, kept. */
  private record Seen(float[] xt, float[] clean, int t) {}

  /** An image, its state and those before it, the noisiest last. */
  private record PooledRow(int index, float[] x0, float[] target, List<Seen> path) {
    Seen state() {
      return path.get(0);
    }
  }

  /**
   * Batches of whole pairs.
   *
   * @param rows images per batch
   * @param reuse how often an answer of the prior is used, at least 1
   * @param features what the network sees and answers
   * @param estimator the network, asked where the form remembers its estimates; null to leave them
   *     out
   */
  public AdapterBatches(
      Prior prior,
      LabelledPairs pairs,
      int rows,
      int reuse,
      AdapterFeatures features,
      long seed,
      Estimator estimator) {
    this(prior, pairs, rows, reuse, features, seed, estimator, pairs.shape(), 1);
  }

  /**
   * Batches of crops of pairs.
   *
   * @param rows crops per batch
   * @param crop shape of the crops; that of the pairs for none
   * @param multiple what the sides of a row that the estimator is asked are a multiple of
   * @throws IllegalArgumentException if a crop does not fit into an image
   */
  public AdapterBatches(
      Prior prior,
      LabelledPairs pairs,
      int rows,
      int reuse,
      AdapterFeatures features,
      long seed,
      Estimator estimator,
      ImageShape crop,
      int multiple) {
    image = pairs.shape();
    crops = new ImageCrops(image, crop, rows);
    this.prior = prior;
    this.pairs = pairs;
    this.rows = crops.images();
    poolBatches = crops.poolBatches(POOL_BATCHES);
    this.noisy = new PriorBatches(pairs, prior.schedule(), this.rows, seed);
    this.reuse = reuse;
    this.features = features.at(image);
    this.seed = seed;
    this.estimator = estimator;
    this.padding = new RowPadding(image, multiple);
    this.pool = new PooledRow[poolBatches * this.rows];
  }

  @Override
  public TrainingRun.Batch batch(long step) {
    long generation = step / ((long) poolBatches * reuse);
    if (generation != pooled) {
      fill(generation);
    }
    int inGeneration = (int) (step % ((long) poolBatches * reuse));
    int[] order = permutation(generation, inGeneration / poolBatches);
    int from = inGeneration % poolBatches * rows;
    return batch(order, from, new SplittableRandom(mix(step, 1)));
  }

  private void fill(long generation) {
    int size = pairs.shape().size();
    for (int b = 0; b < poolBatches; b++) {
      long drawn = generation * poolBatches + b;
      var images = noisy.noisyImages(drawn);
      float[] predicted =
          TiledPrior.predictNoise(prior, images.xt(), images.timesteps(), image, mix(drawn, -2));
      for (int r = 0; r < rows; r++) {
        float[] answer = row(predicted, r, size);
        var state = seen(row(images.xt(), r, size), answer, images.timesteps()[r]);
        float[] x0 = row(images.x0(), r, size);
        double alphaBar = prior.schedule().alphaBar(state.t());
        float[] target =
            features.target(x0, row(images.eps(), r, size), answer, state.clean(), alphaBar);
        var path = new ArrayList<>(List.of(state));
        pool[b * rows + r] = new PooledRow(images.indexes()[r], x0, target, path);
      }
      if (remembers()) {
        lookBack(b * rows, new SplittableRandom(mix(drawn, -1)));
      }
    }
    pooled = generation;
  }

  /** Adds to the rows of a batch what was before; the prior sees whole batches of them. */
  private void lookBack(int from, SplittableRandom random) {
    int size = pairs.shape().size();
    var earlier = new ArrayList<List<EarlierStates.State>>();
    for (int r = 0; r < rows; r++) {
      var state = pool[from + r].state();
      earlier.add(EarlierStates.of(state.xt(), state.t(), prior.schedule(), random));
    }
    for (int level = 0; level < EarlierStates.LONGEST; level++) {
      var xt = new float[rows * size];
      var timesteps = new int[rows];
      for (int r = 0; r < rows; r++) {
        if (level < earlier.get(r).size()) {
          var state = earlier.get(r).get(level);
          System.arraycopy(state.x(), 0, xt, r * size, size);
          timesteps[r] = state.t();
        }
      }
      float[] predicted =
          TiledPrior.predictNoise(prior, xt, timesteps, image, mix(from, -3 - level));
      for (int r = 0; r < rows; r++) {
        if (level < earlier.get(r).size()) {
          var state = earlier.get(r).get(level);
          pool[from + r].path().add(seen(state.x(), row(predicted, r, size), state.t()));
        }
      }
    }
  }

  private Seen seen(float[] xt, float[] predicted, int t) {
    double alphaBar = prior.schedule().alphaBar(t);
    return new Seen(xt, features.clipped(DdimStep.clean(xt, predicted, alphaBar)), t);
  }

  private boolean remembers() {
    return features.form().previous() && estimator != null;
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
    int size = pairs.shape().size();
    var entries = new PooledRow[rows];
    var measurements = new BoundMeasurement[rows];
    var seeds = random.longs(rows).toArray();
    var targets = new float[rows * size];
    IntStream.range(0, rows)
        .parallel()
        .forEach(
            r -> {
              var entry = pool[order[from + r]];
              entries[r] = entry;
              var own = new SplittableRandom(seeds[r]);
              measurements[r] = pairs.measurement(entry.index(), entry.x0(), own);
              System.arraycopy(entry.target(), 0, targets, r * size, size);
            });
    var previous = new float[rows][];
    if (remembers()) {
      for (int level = EarlierStates.LONGEST; level > 0; level--) {
        estimate(level, entries, measurements, previous);
      }
    }
    var input = input(IntStream.range(0, rows).toArray(), 0, entries, measurements, previous);
    return crops.of(
        new TrainingRun.Batch(input.features(), input.gradients(), input.timesteps(), targets),
        features.channels(),
        random);
  }

  /** How many states before its own a row is shown the estimates of; the rows' order is random. */
  private int lookBack(int row) {
    return row < rows / 4 ? 0 : 1 + row % EarlierStates.LONGEST;
  }

  /** Replaces the estimates of the rows that look back so far by those of their states there. */
  private void estimate(
      int level, PooledRow[] entries, BoundMeasurement[] measurements, float[][] previous) {
    int[] chosen = IntStream.range(0, rows).filter(r -> lookBack(r) >= level).toArray();
    if (chosen.length == 0) {
      return;
    }
    var input = input(chosen, level, entries, measurements, previous);
    float[] answer = estimated(input);
    for (int i = 0; i < chosen.length; i++) {
      var path = entries[chosen[i]].path();
      if (level < path.size()) {
        double alphaBar = prior.schedule().alphaBar(path.get(level).t());
        previous[chosen[i]] = features.estimate(answer, i, path.get(level).clean(), alphaBar);
      }
    }
  }

  private float[] estimated(Input input) {
    int[] t = input.timesteps();
    if (crops.whole()) {
      return estimator.answer(input.features(), input.gradients(), t);
    }
    return padding.images(
        estimator.answer(
            padding.rows(input.features(), t.length, features.channels()),
            padding.rows(input.gradients(), t.length, image.channels()),
            t,
            padding.height(),
            padding.width()),
        t.length);
  }

  /** What the network is asked. */
  @SuppressWarnings("ArrayRecordComponent") // lent for one call
  private record Input(float[] features, float[] gradients, int[] timesteps) {}

  /** The features of some rows at a state of theirs; zeros for rows that have none so early. */
  private Input input(
      int[] chosen,
      int level,
      PooledRow[] entries,
      BoundMeasurement[] measurements,
      float[][] previous) {
    var shape = pairs.shape();
    var input =
        new Input(
            new float[chosen.length * shape.height() * shape.width() * features.channels()],
            new float[chosen.length * shape.size()],
            new int[chosen.length]);
    // Rows that have a state there: their indexes in the input.
    int[] there =
        IntStream.range(0, chosen.length)
            .filter(i -> level < entries[chosen[i]].path().size())
            .toArray();
    var clean = new float[there.length][];
    var alphaBar = new double[there.length];
    var measured = new BoundMeasurement[there.length];
    for (int k = 0; k < there.length; k++) {
      var state = entries[chosen[there[k]]].path().get(level);
      clean[k] = state.clean();
      alphaBar[k] = prior.schedule().alphaBar(state.t());
      measured[k] = measurements[chosen[there[k]]];
    }
    var proximal = features.proximalPoints(clean, alphaBar, measured, null);
    IntStream.range(0, there.length)
        .parallel()
        .forEach(
            k -> {
              int i = there[k];
              int row = chosen[i];
              var state = entries[row].path().get(level);
              features.write(
                  input.features(),
                  input.gradients(),
                  i,
                  state.xt(),
                  clean[k],
                  alphaBar[k],
                  measured[k],
                  proximal[k]);
              if (previous[row] != null) {
                features.writePrevious(input.features(), i, previous[row], measured[k]);
              }
              input.timesteps()[i] = state.t();
            });
    return input;
  }
}
