package org.deftstream.deft.checkpoint.prior;

import java.util.ArrayList;
import java.util.List;
import org.deftstream.deft.UserError;

/**
 * The levels of an ADM network, read off which weights there are and their shapes.
 *
 * @param widths channels of each level, finest first
 * @param blocks residual blocks of each level on the way down
 * @param attention whether each level has it
 * @param byBlocks whether residual blocks change the size, or convolutions
 * @param scaleShift whether the time embedding scales and shifts
 */
record AdmLayout(
    List<Integer> widths,
    int blocks,
    List<Boolean> attention,
    boolean byBlocks,
    boolean scaleShift) {
  private static final int MOST = 1000;

  static AdmLayout of(NamedTensors tensors) {
    int inputs = count(tensors, "input_blocks.");
    int outputs = count(tensors, "output_blocks.");
    int perLevel = outputs;
    for (int k = outputs - 1; k >= 0; k--) {
      if (upsampler(tensors, k) > 0) {
        perLevel = k + 1;
      }
    }
    if (perLevel < 2 || outputs % perLevel != 0 || inputs != outputs) {
      throw new UserError(
          "it has "
              + inputs
              + " input blocks, "
              + outputs
              + " output blocks, and makes the image larger first after "
              + perLevel
              + ": no ADM network with the same number of blocks in each level");
    }
    int blocks = perLevel - 1;
    var widths = new ArrayList<Integer>();
    var attention = new ArrayList<Boolean>();
    for (int level = 0; level < outputs / perLevel; level++) {
      int first = 1 + level * perLevel;
      widths.add(tensors.side("input_blocks." + first + ".0.out_layers.3.weight", 4, 0));
      attention.add(tensors.has("input_blocks." + first + ".1.qkv.weight"));
    }
    boolean byBlocks =
        widths.size() == 1 || !tensors.has("input_blocks." + perLevel + ".0.op.weight");
    int shift = tensors.side("input_blocks.1.0.emb_layers.1.weight", 2, 0);
    return new AdmLayout(widths, blocks, attention, byBlocks, shift == 2 * widths.get(0));
  }

  private static int count(NamedTensors tensors, String prefix) {
    int count = 0;
    while (count < MOST && tensors.hasPart(prefix + count + ".")) {
      count++;
    }
    return count;
  }

  /** Which part of an output block makes the image larger; 0 if none does. */
  static int upsampler(NamedTensors tensors, int block) {
    for (int part = 1; part <= 2; part++) {
      String name = "output_blocks." + block + "." + part;
      if (tensors.has(name + ".in_layers.0.weight") || tensors.has(name + ".conv.weight")) {
        return part;
      }
    }
    return 0;
  }

  int levels() {
    return widths.size();
  }
}
