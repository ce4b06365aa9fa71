package org.deftstream.deft.training;

import java.util.List;
import java.util.SplittableRandom;
import org.deftstream.deft.prior.BetaSchedule;

/**
 * Batches of noisy crops: {@code x_t = sqrt(alphaBar) x_0 + sqrt(1 - alphaBar) eps}, target what
 * the network is to predict. The timesteps are {@code N u^power} for u uniform: a power above 1
 * sees low noise, where pictures are made, more often. All crops of a batch have one side, drawn
 * from the sides for each step; a batch of larger crops has fewer of them.
 */
public final class CropBatches implements TrainingRun.Batches {
  private final CropSet crops;
  private final BetaSchedule scheduler;
  private final List<Integer> sides;
  private final int rows;
  private final boolean turned;
  private final double power;
  private final long seed;

  /**
   * Batches from crops.
   *
   * @param sides of crops, in pixels, smallest first
   * @param rows crops of the smallest side per batch
   * @param turned whether crops are turned and mirrored at random
   * @param power of the timesteps' density, at least 1
   */
  public CropBatches(
      CropSet crops,
      BetaSchedule scheduler,
      List<Integer> sides,
      int rows,
      boolean turned,
      double power,
      long seed) {
    this.crops = crops;
    this.scheduler = scheduler;
    this.sides = List.copyOf(sides);
    this.rows = rows;
    this.turned = turned;
    this.power = power;
    this.seed = seed;
  }

  @Override
  public TrainingRun.Batch batch(long step) {
    var random = new SplittableRandom(seed * 1_000_003 + step);
    int side = sides.get(random.nextInt(sides.size()));
    int smallest = sides.get(0);
    int count = Math.max(1, rows * smallest * smallest / (side * side));
    int size = side * side * crops.channels();
    var schedule = scheduler.schedule();
    var xt = new float[count * size];
    var target = new float[count * size];
    var timesteps = new int[count];
    for (int r = 0; r < count; r++) {
      float[] x0 = crops.crop(side, turned, random);
      // One from each of as many equal parts: the same expectation, less variance.
      double u = (r + random.nextDouble()) / count;
      timesteps[r] = (int) (Math.pow(u, power) * schedule.steps());
      double alphaBar = schedule.alphaBar(timesteps[r]);
      float signal = (float) Math.sqrt(alphaBar);
      float noise = (float) Math.sqrt(1 - alphaBar);
      for (int i = 0; i < size; i++) {
        float eps = (float) random.nextGaussian();
        xt[r * size + i] = signal * x0[i] + noise * eps;
        target[r * size + i] =
            switch (scheduler.prediction()) {
              case EPSILON -> eps;
              case V -> signal * eps - noise * x0[i];
              case SAMPLE -> x0[i];
            };
      }
    }
    return new TrainingRun.Batch(xt, null, timesteps, target);
  }
}
