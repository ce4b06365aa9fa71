package org.deftstream.cli;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.deftstream.deft.UserError;
import org.deftstream.deft.prior.NetworkConfig;
import org.deftstream.deft.training.CropSet;
import org.deftstream.deft.training.PriorData;
import picocli.CommandLine.Option;

/** Which crops of its images a network of any size learns from. */
@OptionHeading("Crops")
final class CropOptions {
  /** Share of the heap that images may take. */
  private static final double HEAP_SHARE = 0.6;

  @Option(
      names = "--crops",
      split = ",",
      paramLabel = "N",
      description = "Sides of the crops, in pixels (default: the network's sample_size).")
  private List<Integer> sides = new ArrayList<>();

  @Option(
      names = "--scales",
      split = ",",
      defaultValue = "1",
      paramLabel = "N",
      description = "Average regions down by one of these factors (default: ${DEFAULT-VALUE}).")
  private List<Integer> factors;

  @Option(
      names = "--timestep-power",
      defaultValue = "1.5",
      paramLabel = "P",
      description =
          "Timesteps are N u^P for u uniform: above 1, low noise is seen more often (default:"
              + " ${DEFAULT-VALUE}).")
  private double power;

  /** The crops of the images that the options name. */
  PriorData read(ImageOptions images, NetworkConfig network, boolean turned) {
    var sorted = new ArrayList<>(sides.isEmpty() ? List.of(network.sampleHeight()) : sides);
    Collections.sort(sorted);
    int smallest = network.sampleHeight();
    for (int side : sorted) {
      if (side < smallest || side > 4096 || side % smallest != 0) {
        throw new UserError(
            "--crops " + side + " must be a multiple of the network's sample_size, " + smallest);
      }
    }
    if (!(power >= 1 && power <= 10)) {
      throw new UserError("--timestep-power " + power + " must be from 1 to 10");
    }
    var crops = crops(images, network.inChannels(), sorted.get(0), factors);
    for (int side : sorted) {
      if (!crops.fits(side)) {
        throw new UserError("--crops " + side + " is larger than every image");
      }
    }
    return PriorData.crops(crops, sorted, turned, power);
  }

  /** Images to draw regions from, within the share of the heap that they may take. */
  static CropSet crops(ImageOptions images, int channels, int side, List<Integer> factors) {
    for (int factor : factors) {
      if (factor < 1 || factor > 64) {
        throw new UserError("--scales " + factor + " must be from 1 to 64");
      }
    }
    return CropSet.read(
        images.required(),
        channels,
        side,
        factors,
        images.minimumDeviation(),
        (long) (HEAP_SHARE * Runtime.getRuntime().maxMemory()));
  }
}
