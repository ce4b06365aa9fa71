package org.deftstream.deft.checkpoint.prior;

import java.util.ArrayList;
import org.deftstream.deft.UserError;
import org.deftstream.deft.prior.DruNetConfig;
import org.deftstream.deft.prior.SigmaSchedule;

/** DRUNet, whose names are ours. */
final class DruNetConversion {
  private static final int MOST = 64;

  /** Side of the crops that its authors train on. */
  private static final int CROP = 128;

  private static final int STEPS = 1000;
  private static final double SIGMA_MIN = 0.002;

  /**
   * In units of images in [0, 1]: so much noise that next to nothing is left of an image, from
   * where samplers begin. Networks are trained on less; what they make of more is what they make of
   * an image of less contrast, as they have no biases.
   */
  private static final double SIGMA_MAX = 10;

  private DruNetConversion() {}

  static ImportedPrior convert(NamedTensors tensors, Answers answers) {
    int channels = tensors.side("m_tail.weight", 4, 0);
    int seen = tensors.side("m_head.weight", 4, 1);
    if (seen != channels + 1) {
      throw new UserError(
          "it takes "
              + seen
              + " channels and gives "
              + channels
              + (seen == channels
                  ? ": it is told no noise level (blind)"
                  : "; one more, the noise level, is understood"));
    }
    int blocks = 0;
    while (blocks < MOST && tensors.has("m_down1." + blocks + ".res.0.weight")) {
      blocks++;
    }
    var widths = new ArrayList<Integer>();
    widths.add(tensors.side("m_head.weight", 4, 0));
    while (widths.size() < MOST && tensors.hasPart("m_down" + widths.size() + ".")) {
      String smaller = "m_down" + widths.size() + "." + blocks + ".weight";
      requireStrided(tensors, smaller);
      requireStrided(tensors, "m_up" + widths.size() + ".0.weight");
      widths.add(tensors.side(smaller, 4, 0));
    }
    int count = blocks;
    int size = answers.integer("--size", CROP, "");
    int steps = answers.integer("--timesteps", STEPS, "");
    double most = answers.number("--sigma-max", SIGMA_MAX);
    answers.requireAll(Family.DRUNET);
    var network = Schedules.checked(() -> new DruNetConfig(size, channels, widths, count));
    var scheduler = Schedules.checked(() -> SigmaSchedule.denoiser(steps, SIGMA_MIN, most));
    relabel(tensors, widths.size() - 1, blocks);
    return new ImportedPrior(Family.DRUNET, network, scheduler, tensors.complete());
  }

  private static void requireStrided(NamedTensors tensors, String name) {
    if (!tensors.has(name) || tensors.side(name, 4, 2) != 2 || tensors.side(name, 4, 3) != 2) {
      throw new UserError(
          "weight "
              + name
              + " is no 2x2 convolution: its sizes change otherwise than by strided and transposed"
              + " convolutions");
    }
  }

  private static void relabel(NamedTensors tensors, int levels, int blocks) {
    same(tensors, "m_head");
    same(tensors, "m_tail");
    for (int i = 0; i < blocks; i++) {
      block(tensors, "m_body." + i);
    }
    for (int l = 1; l <= levels; l++) {
      for (int i = 0; i < blocks; i++) {
        block(tensors, "m_down" + l + "." + i);
        block(tensors, "m_up" + l + "." + (i + 1));
      }
      same(tensors, "m_down" + l + "." + blocks);
      same(tensors, "m_up" + l + ".0");
    }
  }

  private static void block(NamedTensors tensors, String name) {
    same(tensors, name + ".res.0");
    same(tensors, name + ".res.2");
  }

  private static void same(NamedTensors tensors, String name) {
    tensors.weight(name + ".weight", name + ".weight", 4);
  }
}
