package org.deftstream.deft.training;

import java.util.List;
import org.deftstream.deft.prior.BetaSchedule;

/** What a prior learns from. */
public interface PriorData {
  /** Number of images. */
  int images();

  /** How images become batches, for the model card: mirrored, cropped. */
  String description();

  /** The batches of a training. */
  TrainingRun.Batches batches(BetaSchedule scheduler, int rows, long seed);

  /**
   * Whole images of the network's size; the network predicts noise.
   *
   * @param flips whether they are mirrored left to right at random
   */
  static PriorData whole(ImageSet images, boolean flips) {
    return new PriorData() {
      @Override
      public int images() {
        return images.size();
      }

      @Override
      public String description() {
        return flips ? ", mirrored left to right at random" : "";
      }

      @Override
      public TrainingRun.Batches batches(BetaSchedule scheduler, int rows, long seed) {
        return new PriorBatches(images.truths(flips), scheduler.schedule(), rows, seed);
      }
    };
  }

  /**
   * Crops of images of any size; see {@link CropBatches}.
   *
   * @param sides of crops, in pixels, smallest first
   * @param turned whether crops are turned and mirrored at random
   * @param power of the timesteps' density
   */
  static PriorData crops(CropSet crops, List<Integer> sides, boolean turned, double power) {
    return new PriorData() {
      @Override
      public int images() {
        return crops.size();
      }

      @Override
      public String description() {
        return String.format(
            ", in random crops of %s pixels a side (%,d of the smallest lie beside each other)%s",
            sides, crops.disjointCrops(sides.get(0)), turned ? ", turned and mirrored" : "");
      }

      @Override
      public TrainingRun.Batches batches(BetaSchedule scheduler, int rows, long seed) {
        return new CropBatches(crops, scheduler, sides, rows, turned, power, seed);
      }
    };
  }
}
