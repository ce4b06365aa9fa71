package org.deftstream.deft.regression;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.deftstream.deft.operator.BoundMeasurement;
import org.deftstream.deft.training.LabelledPairs;
import org.deftstream.deft.training.TrainableNetwork;
import org.deftstream.deft.training.TrainingRun;

/**
 * Batches for a regression, each image measured afresh at every use. The loss is the mean squared
 * error of the last image. For one iteration without data consistency that is the step's own. For
 * others the gradient u with respect to every answer of the network is worked out here, with the
 * weights as they are, and the step is given as target what makes its gradient that one: {@code
 * answer - u n rows / 2}, for its loss is the mean over all rows and their n values. The iterations
 * of an image are rows of one step, so its weights move once. A step depends on the seed, its
 * number and the weights alone.
 */
public final class RegressionBatches implements TrainingRun.Batches {
  private final Unrolling unrolling;
  private final LabelledPairs pairs;
  private final TrainableNetwork network;
  private final int rows;
  private final long seed;
  private double loss;

  /**
   * Batches.
   *
   * @param network under training: asked where the iterations are several
   * @param rows images per batch
   */
  public RegressionBatches(
      Unrolling unrolling, LabelledPairs pairs, TrainableNetwork network, int rows, long seed) {
    this.unrolling = unrolling;
    this.pairs = pairs;
    this.network = network;
    this.rows = rows;
    this.seed = seed;
  }

  @Override
  public TrainingRun.Batch batch(long step) {
    var seeds = new SplittableRandom(seed * 1_000_003 + step).longs(rows).toArray();
    var truths = new float[rows][];
    var measured = new BoundMeasurement[rows];
    IntStream.range(0, rows)
        .parallel()
        .forEach(
            r -> {
              var random = new SplittableRandom(seeds[r]);
              int index = random.nextInt(pairs.size());
              truths[r] = pairs.truth(index, random);
              measured[r] = pairs.measurement(index, truths[r], random);
            });
    return unrolling.equals(Unrolling.REGRESSION)
        ? plain(List.of(measured), truths)
        : unrolled(List.of(measured), truths);
  }

  private TrainingRun.Batch plain(List<BoundMeasurement> measurements, float[][] truths) {
    int size = truths[0].length;
    var path = unrolling.run(measurements, (features, k) -> new float[rows * size]);
    var target = new float[rows * size];
    for (int r = 0; r < rows; r++) {
      for (int i = 0; i < size; i++) {
        target[r * size + i] = truths[r][i] - path.states().get(0)[r][i];
      }
    }
    loss = Double.NaN;
    return new TrainingRun.Batch(path.features().get(0), zeros(rows), new int[rows], target);
  }

  private TrainingRun.Batch unrolled(List<BoundMeasurement> measurements, float[][] truths) {
    int size = truths[0].length;
    var path =
        unrolling.run(measurements, (features, k) -> network.predict(features, zeros(k.length), k));
    var last = new float[rows][size];
    loss = 0;
    for (int r = 0; r < rows; r++) {
      for (int i = 0; i < size; i++) {
        double error = (double) path.images()[r][i] - truths[r][i];
        loss += error * error / size / rows;
        last[r][i] = (float) (2 * error / size / rows);
      }
    }
    var gradients =
        new UnrolledGradient(
                unrolling,
                (features, k, v) -> network.vectorJacobian(features, zeros(k.length), k, v))
            .ofAnswers(measurements, path, last);
    return batch(path, gradients, size);
  }

  /** All iterations as rows of one batch. */
  private TrainingRun.Batch batch(Unrolling.Path path, List<float[]> gradients, int size) {
    int all = rows * unrolling.iterations();
    double scale = 0.5 * size * all;
    var features = new ArrayList<float[]>();
    var targets = new ArrayList<float[]>();
    var times = new int[all];
    for (int k = 0; k < unrolling.iterations(); k++) {
      features.add(path.features().get(k));
      var target = path.answers().get(k).clone();
      for (int i = 0; i < target.length; i++) {
        target[i] -= (float) (scale * gradients.get(k)[i]);
      }
      targets.add(target);
      Arrays.fill(times, k * rows, (k + 1) * rows, k);
    }
    return new TrainingRun.Batch(joined(features), new float[all * size], times, joined(targets));
  }

  private float[] zeros(int images) {
    return new float[images * pairs.shape().size()];
  }

  private static float[] joined(List<float[]> parts) {
    var out = new float[parts.stream().mapToInt(part -> part.length).sum()];
    int at = 0;
    for (var part : parts) {
      System.arraycopy(part, 0, out, at, part.length);
      at += part.length;
    }
    return out;
  }

  @Override
  public double loss(double stepped) {
    return Double.isNaN(loss) ? stepped : loss;
  }
}
