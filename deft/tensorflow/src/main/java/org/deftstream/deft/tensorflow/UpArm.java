package org.deftstream.deft.tensorflow;

import java.util.Deque;
import org.deftstream.deft.prior.BlockType;
import org.deftstream.deft.prior.UNetConfig;

/** The way up of a {@code UNet2DModel}: takes back, in reverse, what the way down kept. */
final class UpArm {
  private final UNetConfig config;
  private final Blocks blocks;
  private final Deque<Picture> kept;

  /** The image that skip blocks sum up from coarse to fine; null before the first of them. */
  private Picture image;

  UpArm(UNetConfig config, Blocks blocks, Deque<Picture> kept) {
    this.config = config;
    this.blocks = blocks;
    this.kept = kept;
  }

  /** Adds the arm to the graph; returns the finest result. */
  Picture build(Picture coarsest) {
    var x = coarsest;
    for (int b = 0; b < config.levels(); b++) {
      x = block("up_blocks." + b, b, x);
    }
    return x;
  }

  /** What is to be added to the network's output; null for nothing. */
  Picture image() {
    return image;
  }

  private Picture block(String name, int b, Picture start) {
    var type = config.upBlocks().get(b);
    int out = config.blockOutChannels().get(config.levels() - 1 - b);
    var x = start;
    for (int l = 0; l <= config.layersPerBlock(); l++) {
      var residual = residual(type, x.channels(), kept.peek().channels(), out);
      x = blocks.residual(name + ".resnets." + l, blocks.join(x, kept.pop()), out, residual);
      if (type == BlockType.ATTENTION) {
        x = blocks.attention(name + ".attentions." + l, x, blocks.groups(x.channels()), 1);
      }
    }
    boolean last = b == config.levels() - 1;
    if (type.skip()) {
      return skipping(name, type, x, last);
    }
    return last ? x : larger(name + ".upsamplers.0", type, x);
  }

  private Blocks.Residual residual(BlockType type, int below, int across, int out) {
    if (!type.skip()) {
      return Blocks.Residual.plain(config.normNumGroups(), 1);
    }
    // diffusers takes a quarter of the second number only where there is attention. Trained weights
    // depend on it.
    int groups =
        type.attention() ? Math.min(below + across / 4, 32) : Blocks.defaultGroups(below + across);
    return new Blocks.Residual(
        groups, Blocks.defaultGroups(out), Blocks.SKIP_DIVISOR, Resampling.Kind.NONE, false);
  }

  private Picture larger(String name, BlockType type, Picture x) {
    boolean byResidual =
        type == BlockType.RESNET || (type == BlockType.ATTENTION && config.resnetUpsamplers());
    if (!byResidual) {
      return blocks.resampling().convolutionUp(name, x);
    }
    var kind = Resampling.Kind.NEAREST_UP;
    return blocks.residual(
        name, x, x.channels(), Blocks.Residual.resampling(config.normNumGroups(), kind));
  }

  /** Attention, once for the whole block; then the image grows, and gains a part of this scale. */
  private Picture skipping(String name, BlockType type, Picture start, boolean last) {
    var x = start;
    if (type.attention()) {
      x =
          blocks.attention(
              name + ".attentions.0", x, Blocks.SKIP_ATTENTION_GROUPS, Blocks.SKIP_DIVISOR);
    }
    var up = Resampling.Kind.FIR_UP;
    if (image != null) {
      image = blocks.resampling().apply(up, image);
    }
    if (last) {
      return x;
    }
    int groups = Blocks.defaultGroups(x.channels());
    var layers = blocks.layers();
    var normed =
        layers.groupNorm(name + ".skip_norm", x.value(), x.channels(), groups, config.normEps());
    var part =
        x.with(
            layers.conv3(
                name + ".skip_conv", layers.silu(normed), x.channels(), config.outChannels()),
            config.outChannels());
    if (image != null && !image.sameSize(part)) {
      throw new IllegalArgumentException(
          "unet config: up_block_types: "
              + name
              + " follows a block that leaves the image behind; skip blocks must stay together");
    }
    image = image == null ? part : blocks.sum(image, part);
    return blocks.residual(
        name + ".resnet_up",
        x,
        x.channels(),
        new Blocks.Residual(groups, groups, Blocks.SKIP_DIVISOR, up, true));
  }
}
