package org.deftstream.deft.checkpoint.prior;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.deftstream.deft.UserError;
import org.deftstream.deft.prior.TimeEmbedding;
import org.deftstream.deft.prior.UNetConfig;

/** DDPM's names and shapes as those of {@code UNet2DModel}. Its levels count from the finest. */
final class DdpmConversion {
  private static final int GROUPS = 32;
  private static final int MOST = 16;
  private static final NamedTensors.Residual RESIDUAL =
      new NamedTensors.Residual("norm1", "conv1", "temb_proj", "norm2", "conv2", "nin_shortcut");

  private final NamedTensors tensors;
  private final Answers answers;
  private final int channels;
  private final List<Integer> widths = new ArrayList<>();
  private final List<Boolean> attention = new ArrayList<>();
  private final int blocks;

  private DdpmConversion(NamedTensors tensors, Answers answers) {
    this.tensors = tensors;
    this.answers = answers;
    this.channels = tensors.side("conv_in.weight", 4, 1);
    while (widths.size() < MOST && tensors.hasPart("down." + widths.size() + ".")) {
      String level = "down." + widths.size();
      widths.add(tensors.side(level + ".block.0.conv1.weight", 4, 0));
      attention.add(tensors.has(level + ".attn.0.q.weight"));
    }
    int count = 0;
    while (count < MOST && tensors.hasPart("down.0.block." + count + ".")) {
      count++;
    }
    this.blocks = count;
  }

  static ImportedPrior convert(NamedTensors tensors, Answers answers) {
    return new DdpmConversion(tensors, answers).prior();
  }

  private ImportedPrior prior() {
    int first = tensors.side("conv_in.weight", 4, 0);
    int outputs = tensors.side("conv_out.weight", 4, 0);
    if (outputs != channels && outputs != 2 * channels) {
      throw new UserError("it takes " + channels + " channels and gives " + outputs);
    }
    if (widths.get(0) != first) {
      throw new UserError(
          "its first level has "
              + widths.get(0)
              + " channels behind a convolution to "
              + first
              + "; only networks whose ch_mult begins with 1 are read");
    }
    Integer known = knownSize(first);
    int size = answers.integer("--size", known, "pixels of a side");
    var scheduler = Schedules.asked(answers, known == null ? null : "linear");
    answers.requireAll(Family.DDPM);
    var network = Schedules.checked(() -> UNetConfig.parse(network(size).toJson()));
    relabel();
    return new ImportedPrior(Family.DDPM, network, scheduler, tensors.complete());
  }

  /** The published ones have 128 channels, two blocks a level, and attention at 16 pixels. */
  private Integer knownSize(int base) {
    if (base != 128 || blocks != 2 || channels != 3) {
      return null;
    }
    if (widths.equals(List.of(128, 128, 256, 256, 512, 512)) && only(4)) {
      return 256; // celeba_hq, lsun_bedroom, lsun_cat, lsun_church
    }
    return widths.equals(List.of(128, 256, 256, 256)) && only(1) ? 32 : null; // cifar10
  }

  private boolean only(int level) {
    return attention.get(level) && Collections.frequency(attention, true) == 1;
  }

  private UNetConfig network(int size) {
    int width = tensors.side("temb.dense.0.weight", 2, 0);
    return new DdpmNetwork(size, channels, widths, attention, blocks)
        .config(
            new TimeEmbedding(TimeEmbedding.Kind.POSITIONAL, width, 1, false, 0),
            0,
            false,
            0,
            new DdpmNetwork.Norms(GROUPS, 0, 1e-6),
            false);
  }

  private void relabel() {
    tensors.layer("temb.dense.0", "time_embedding.linear_1", 2);
    tensors.layer("temb.dense.1", "time_embedding.linear_2", 2);
    tensors.layer("conv_in", "conv_in", 4);
    int levels = widths.size();
    for (int level = 0; level < levels; level++) {
      String down = "down_blocks." + level;
      String up = "up_blocks." + (levels - 1 - level);
      for (int i = 0; i <= blocks; i++) {
        if (i < blocks) {
          block("down." + level, down, level, i);
        }
        block("up." + level, up, level, i);
      }
      if (level < levels - 1) {
        tensors.layer("down." + level + ".downsample.conv", down + ".downsamplers.0.conv", 4);
      }
      if (level > 0) {
        tensors.layer("up." + level + ".upsample.conv", up + ".upsamplers.0.conv", 4);
      }
    }
    residual("mid.block_1", "mid_block.resnets.0");
    attention("mid.attn_1", "mid_block.attentions.0");
    residual("mid.block_2", "mid_block.resnets.1");
    tensors.layer("norm_out", "conv_norm_out", 1);
    tensors.output("conv_out", channels);
  }

  private void block(String from, String to, int level, int i) {
    residual(from + ".block." + i, to + ".resnets." + i);
    if (attention.get(level)) {
      attention(from + ".attn." + i, to + ".attentions." + i);
    }
  }

  private void residual(String from, String to) {
    tensors.residual(from, to, RESIDUAL);
  }

  private void attention(String from, String to) {
    tensors.layer(from + ".norm", to + ".group_norm", 1);
    tensors.matrix(from + ".q", to + ".to_q", 4);
    tensors.matrix(from + ".k", to + ".to_k", 4);
    tensors.matrix(from + ".v", to + ".to_v", 4);
    tensors.matrix(from + ".proj_out", to + ".to_out.0", 4);
  }
}
