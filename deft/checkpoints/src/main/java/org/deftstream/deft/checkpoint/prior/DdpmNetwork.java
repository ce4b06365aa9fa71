package org.deftstream.deft.checkpoint.prior;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.deftstream.deft.prior.BlockType;
import org.deftstream.deft.prior.ClassEmbedding;
import org.deftstream.deft.prior.TimeEmbedding;
import org.deftstream.deft.prior.UNetConfig;

/**
 * What the networks of DDPM, ADM and EDM have in common as a {@link UNetConfig}: square images, as
 * many channels out as in, both arms alike, attention by levels, no classes.
 *
 * @param size side of the images, in pixels
 * @param channels of the images
 * @param widths channels of each level, finest first
 * @param attention whether each level has it
 * @param blocks residual blocks of each level on the way down
 */
record DdpmNetwork(
    int size, int channels, List<Integer> widths, List<Boolean> attention, int blocks) {

  /**
   * The group norms.
   *
   * @param groups as {@link UNetConfig#normNumGroups}
   * @param middleGroups as {@link UNetConfig#attnNormNumGroups}
   * @param epsilon added to the variance
   */
  record Norms(int groups, int middleGroups, double epsilon) {}

  /**
   * The whole network.
   *
   * @param padding as {@link UNetConfig#downsamplePadding}
   * @param byBlocks whether residual blocks change the size, or convolutions
   * @param head channels of an attention head; 0: one head of all channels
   * @param scaleShift whether the time embedding scales and shifts
   */
  UNetConfig config(
      TimeEmbedding time,
      int padding,
      boolean byBlocks,
      int head,
      Norms norms,
      boolean scaleShift) {
    var plain = byBlocks ? BlockType.RESNET : BlockType.PLAIN;
    var down = new ArrayList<BlockType>();
    attention.forEach(attended -> down.add(attended ? BlockType.ATTENTION : plain));
    List<BlockType> up = new ArrayList<>(down);
    Collections.reverse(up);
    return new UNetConfig(
        size,
        size,
        channels,
        channels,
        false,
        time,
        new ClassEmbedding(ClassEmbedding.Kind.NONE, 0),
        down,
        up,
        widths,
        blocks,
        true,
        true,
        1,
        padding,
        byBlocks,
        byBlocks,
        0,
        "silu",
        head,
        norms.groups(),
        norms.middleGroups(),
        norms.epsilon(),
        scaleShift);
  }
}
