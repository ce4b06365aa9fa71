package org.deftstream.deft.tensorflow;

import java.util.ArrayDeque;
import java.util.Deque;
import org.deftstream.deft.prior.BlockType;
import org.deftstream.deft.prior.UNetConfig;

/** The way down of a {@code UNet2DModel}: every result on the way is kept for the way up. */
final class DownArm {
  private final UNetConfig config;
  private final Blocks blocks;
  private final Deque<Picture> kept = new ArrayDeque<>();

  /** The image itself, ever smaller, beside the skip blocks. */
  private Picture image;

  DownArm(UNetConfig config, Blocks blocks) {
    this.config = config;
    this.blocks = blocks;
  }

  /**
   * Adds the arm to the graph.
   *
   * @param input the network's input
   * @param first what the first convolution made of it
   * @return the coarsest result
   */
  Picture build(Picture input, Picture first) {
    image = input;
    kept.push(first);
    var x = first;
    for (int b = 0; b < config.levels(); b++) {
      x = block("down_blocks." + b, b, x);
    }
    return x;
  }

  /** Everything that the way up takes back, the newest first. */
  Deque<Picture> kept() {
    return kept;
  }

  private Picture block(String name, int b, Picture start) {
    var type = config.downBlocks().get(b);
    int out = config.blockOutChannels().get(b);
    var x = start;
    for (int l = 0; l < config.layersPerBlock(); l++) {
      x = blocks.residual(name + ".resnets." + l, x, out, residual(type, x.channels(), out));
      if (type.attention()) {
        int groups = type.skip() ? Blocks.SKIP_ATTENTION_GROUPS : blocks.groups(x.channels());
        x = blocks.attention(name + ".attentions." + l, x, groups, divisor(type));
      }
      kept.push(x);
    }
    if (b < config.levels() - 1) {
      x = smaller(name, type, x);
      kept.push(x);
    }
    return x;
  }

  private Blocks.Residual residual(BlockType type, int in, int out) {
    return type.skip()
        ? new Blocks.Residual(
            Blocks.defaultGroups(in),
            Blocks.defaultGroups(out),
            divisor(type),
            Resampling.Kind.NONE,
            false)
        : Blocks.Residual.plain(config.normNumGroups(), 1);
  }

  static double divisor(BlockType type) {
    return type.skip() ? Blocks.SKIP_DIVISOR : 1;
  }

  private Picture smaller(String name, BlockType type, Picture x) {
    String sampler = name + ".downsamplers.0";
    return switch (type) {
      case SKIP, ATTENTION_SKIP -> skipping(name, x);
      case RESNET -> byResidual(sampler, x);
      case ATTENTION ->
          config.resnetDownsamplers() ? byResidual(sampler, x) : byConvolution(sampler, x);
      case PLAIN -> byConvolution(sampler, x);
    };
  }

  private Picture byConvolution(String name, Picture x) {
    return blocks.resampling().convolutionDown(name, x, config.downsamplePadding());
  }

  private Picture byResidual(String name, Picture x) {
    var kind = Resampling.Kind.MEAN_DOWN;
    return blocks.residual(
        name, x, x.channels(), Blocks.Residual.resampling(config.normNumGroups(), kind));
  }

  private Picture skipping(String name, Picture x) {
    if (!image.sameSize(x)) {
      throw new IllegalArgumentException(
          "unet config: down_block_types: "
              + name
              + " follows a block that leaves the image at "
              + image.height()
              + " x "
              + image.width()
              + "; skip blocks must come first");
    }
    int c = x.channels();
    int groups = Blocks.defaultGroups(c);
    var down = Resampling.Kind.FIR_DOWN;
    var body =
        blocks.residual(
            name + ".resnet_down",
            x,
            c,
            new Blocks.Residual(groups, groups, Blocks.SKIP_DIVISOR, down, true));
    image = blocks.resampling().apply(down, image);
    var side =
        blocks.layers().conv(name + ".skip_conv", image.value(), image.channels(), c, 1, 1, "SAME");
    return blocks.sum(body, body.with(side));
  }
}
