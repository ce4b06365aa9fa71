package org.deftstream.trainer.refresh;

import java.util.ArrayList;
import java.util.List;
import org.deftstream.deft.adapter.AdapterFeatures;
import org.deftstream.deft.adapter.AdapterNetwork;
import org.deftstream.deft.adapter.AdapterWeights;
import org.deftstream.deft.prior.Prior;
import org.deftstream.deft.training.AdapterBatches;
import org.deftstream.deft.training.LabelledPairs;
import org.deftstream.deft.training.TrainingRun;

/**
 * The loss of training on pairs that are not trained on: the same images, measurements, timesteps
 * and noise at every call, so that two calls differ by the weights alone. Not thread-safe.
 */
public final class ValidationLoss {
  /** Parts of the time axis that are told apart, from the clean end to the noisy one. */
  public static final int BINS = 5;

  private static final int BATCHES = 16;

  private final List<TrainingRun.Batch> batches = new ArrayList<>();
  private final int timesteps;

  /**
   * What was measured.
   *
   * @param loss mean squared error of the network's answer
   * @param byTime the same for each of {@link #BINS} equal parts of the time axis
   */
  public record Measured(double loss, List<Double> byTime) {
    public Measured {
      byTime = List.copyOf(byTime);
    }
  }

  /**
   * Takes the prior's answers, once. Networks that remember are measured without an estimate of the
   * step before, so that the same batches serve all weights.
   *
   * @param rows images per batch
   */
  ValidationLoss(Prior prior, LabelledPairs pairs, AdapterFeatures features, int rows, long seed) {
    var made = new AdapterBatches(prior, pairs, rows, 1, features, seed, null);
    for (int i = 0; i < BATCHES; i++) {
      batches.add(made.batch(i));
    }
    timesteps = prior.schedule().steps();
  }

  /** Measures weights. */
  Measured of(AdapterNetwork network, AdapterWeights weights) {
    var sums = new double[BINS];
    var rows = new int[BINS];
    for (var batch : batches) {
      float[] answer = network.predict(weights, batch.input(), batch.gradient(), batch.timesteps());
      int size = answer.length / batch.timesteps().length;
      for (int r = 0; r < batch.timesteps().length; r++) {
        int bin = (int) ((long) batch.timesteps()[r] * BINS / timesteps);
        sums[bin] += squaredError(answer, batch.target(), r * size, size) / size;
        rows[bin]++;
      }
    }
    double sum = 0;
    int all = 0;
    var byTime = new ArrayList<Double>();
    for (int i = 0; i < BINS; i++) {
      sum += sums[i];
      all += rows[i];
      byTime.add(sums[i] / rows[i]);
    }
    return new Measured(sum / all, byTime);
  }

  private static double squaredError(float[] a, float[] b, int from, int size) {
    double sum = 0;
    for (int i = from; i < from + size; i++) {
      double difference = (double) a[i] - b[i];
      sum += difference * difference;
    }
    return sum;
  }
}
