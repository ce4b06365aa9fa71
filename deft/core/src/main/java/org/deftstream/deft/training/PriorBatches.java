package org.deftstream.deft.training;

import java.util.SplittableRandom;
import org.deftstream.deft.schedule.NoiseSchedule;

/**
 * Batches for noise prediction (Ho et al., eq. 14): {@code x_t = sqrt(alphaBar) x_0 + sqrt(1 -
 * alphaBar) eps} at uniform t, target eps.
 */
public final class PriorBatches implements TrainingRun.Batches {
  private final Truths images;
  private final NoiseSchedule schedule;
  private final int rows;
  private final long seed;

  /**
   * Batches from images.
   *
   * @param rows images per batch
   */
  public PriorBatches(Truths images, NoiseSchedule schedule, int rows, long seed) {
    this.images = images;
    this.schedule = schedule;
    this.rows = rows;
    this.seed = seed;
  }

  /** Noisy images with what they were made of; rows one after the other. */
  @SuppressWarnings("ArrayRecordComponent") // lent to the caller
  record NoisyImages(int[] indexes, float[] x0, float[] eps, float[] xt, int[] timesteps) {}

  @Override
  public TrainingRun.Batch batch(long step) {
    var noisy = noisyImages(step);
    return new TrainingRun.Batch(noisy.xt(), null, noisy.timesteps(), noisy.eps());
  }

  NoisyImages noisyImages(long step) {
    var random = new SplittableRandom(seed * 1_000_003 + step);
    int size = images.shape().size();
    var clean = new float[rows * size];
    var xt = new float[rows * size];
    var eps = new float[rows * size];
    var timesteps = new int[rows];
    var indexes = new int[rows];
    for (int r = 0; r < rows; r++) {
      indexes[r] = random.nextInt(images.size());
      float[] x0 = images.truth(indexes[r], random);
      System.arraycopy(x0, 0, clean, r * size, size);
      // One timestep from each of as many equal parts: the same expectation, less variance.
      timesteps[r] = (int) ((r + random.nextDouble()) * schedule.steps() / rows);
      double alphaBar = schedule.alphaBar(timesteps[r]);
      float signal = (float) Math.sqrt(alphaBar);
      float noise = (float) Math.sqrt(1 - alphaBar);
      for (int i = 0; i < size; i++) {
        float e = (float) random.nextGaussian();
        eps[r * size + i] = e;
        xt[r * size + i] = signal * x0[i] + noise * e;
      }
    }
    return new NoisyImages(indexes, clean, eps, xt, timesteps);
  }
}
