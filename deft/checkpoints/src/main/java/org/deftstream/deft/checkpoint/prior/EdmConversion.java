package org.deftstream.deft.checkpoint.prior;

import java.util.ArrayList;
import java.util.List;
import org.deftstream.deft.UserError;
import org.deftstream.deft.checkpoint.NetworkWeights;
import org.deftstream.deft.prior.TimeEmbedding;
import org.deftstream.deft.prior.UNetConfig;

/**
 * EDM's {@code DhariwalUNet}: the network of ADM by other names, told a noise level. Its layers
 * carry the size of the image at their level.
 */
final class EdmConversion {
  private static final int MOST = 1 << 14;
  private static final int MOST_BLOCKS = 64;

  /** The width of a head in all of NVlabs' networks of this kind. */
  private static final int HEAD = 64;

  private static final NamedTensors.Residual RESIDUAL =
      new NamedTensors.Residual("norm0", "conv0", "affine", "norm1", "conv1", "skip");

  private final NamedTensors tensors;
  private final NetworkWeights source;
  private final Answers answers;
  private final int size;
  private final int channels;
  private final List<Integer> widths = new ArrayList<>();
  private final List<Boolean> attention = new ArrayList<>();
  private final int blocks;
  private int head;

  private EdmConversion(NamedTensors tensors, NetworkWeights source, Answers answers) {
    this.tensors = tensors;
    this.source = source;
    this.answers = answers;
    refuseClasses(tensors);
    this.size = side(tensors);
    this.channels = tensors.side("enc." + level(0) + "_conv.weight", 4, 1);
    int count = 0;
    while (count < MOST_BLOCKS && tensors.hasPart("enc." + level(0) + "_block" + count + ".")) {
      count++;
    }
    this.blocks = count;
    for (int l = 0; tensors.hasPart("enc." + level(l) + "_block0."); l++) {
      widths.add(tensors.side("enc." + level(l) + "_block0.conv1.weight", 4, 0));
      attention.add(tensors.has("enc." + level(l) + "_block0.qkv.weight"));
    }
  }

  static ImportedPrior convert(NamedTensors tensors, NetworkWeights source, Answers answers) {
    return new EdmConversion(tensors, source, answers).prior();
  }

  static void refuseClasses(NamedTensors tensors) {
    if (tensors.has("map_label.weight")) {
      throw new UserError(
          "it draws images of a given class (map_label); a prior draws without: one trained with"
              + " label_dim 0 is needed");
    }
  }

  /** Pixels of a side, which are in the name of the first convolution. */
  static int side(NamedTensors tensors) {
    for (int side = 1; side <= MOST; side++) {
      if (tensors.has("enc." + side + "x" + side + "_conv.weight")) {
        return side;
      }
    }
    throw new UserError("it has no first convolution enc.SIZExSIZE_conv of a square image");
  }

  private String level(int l) {
    return (size >> l) + "x" + (size >> l);
  }

  private ImportedPrior prior() {
    int outputs = tensors.side("out_conv.weight", 4, 0);
    int first = tensors.side("enc." + level(0) + "_conv.weight", 4, 0);
    if (outputs != channels) {
      throw new UserError("it takes " + channels + " channels and gives " + outputs);
    }
    if (widths.get(0) != first) {
      throw new UserError(
          "its first level has "
              + widths.get(0)
              + " channels behind a convolution to "
              + first
              + "; only networks whose channel_mult begins with 1 are read");
    }
    head = answers.integer("--head-width", HEAD, "");
    var scheduler = Precondition.of(source, answers);
    answers.requireAll(Family.EDM);
    int coarsest = widths.get(widths.size() - 1);
    if (head > coarsest) {
      throw new UserError(
          "--head-width is " + head + ", more than the " + coarsest + " channels of its attention");
    }
    var network = Schedules.checked(() -> UNetConfig.parse(network().toJson()));
    if (tensors.dropFilters() > 2) {
      throw new UserError("its sizes change by another filter than that of DhariwalUNet, [1 1]");
    }
    relabel();
    // Given to it in training only.
    tensors.drop("map_augment.weight");
    return new ImportedPrior(Family.EDM, network, scheduler, tensors.complete());
  }

  private UNetConfig network() {
    int width = tensors.side("map_layer0.weight", 2, 0);
    // A quarter of the channels where some are few; the published ones have 32 everywhere.
    boolean few = widths.stream().anyMatch(w -> w < 128);
    int coarsest = widths.get(widths.size() - 1);
    return new DdpmNetwork(size, channels, widths, attention, blocks)
        .config(
            new TimeEmbedding(TimeEmbedding.Kind.POSITIONAL, width, 0, true, 0),
            1,
            true,
            head,
            new DdpmNetwork.Norms(few ? 0 : 32, Math.min(coarsest / 4, 32), 1e-5),
            true);
  }

  private void relabel() {
    tensors.layer("map_layer0", "time_embedding.linear_1", 2);
    tensors.layer("map_layer1", "time_embedding.linear_2", 2);
    tensors.layer("enc." + level(0) + "_conv", "conv_in", 4);
    int levels = widths.size();
    for (int l = 0; l < levels; l++) {
      String down = "down_blocks." + l;
      String up = "up_blocks." + (levels - 1 - l);
      for (int i = 0; i <= blocks; i++) {
        if (i < blocks) {
          block("enc." + level(l) + "_block" + i, down, i, attention.get(l));
        }
        block("dec." + level(l) + "_block" + i, up, i, attention.get(l));
      }
      if (l > 0) {
        residual("enc." + level(l) + "_down", "down_blocks." + (l - 1) + ".downsamplers.0");
        residual("dec." + level(l - 1) + "_up", up + ".upsamplers.0");
      }
    }
    String coarsest = "dec." + level(levels - 1);
    residual(coarsest + "_in0", "mid_block.resnets.0");
    attention(coarsest + "_in0", "mid_block.attentions.0");
    residual(coarsest + "_in1", "mid_block.resnets.1");
    tensors.layer("out_norm", "conv_norm_out", 1);
    tensors.layer("out_conv", "conv_out", 4);
  }

  private void block(String from, String to, int i, boolean attended) {
    residual(from, to + ".resnets." + i);
    if (attended) {
      attention(from, to + ".attentions." + i);
    }
  }

  private void residual(String from, String to) {
    tensors.residual(from, to, RESIDUAL);
  }

  private void attention(String from, String to) {
    tensors.layer(from + ".norm2", to + ".group_norm", 1);
    tensors.qkv(from + ".qkv", to, 4, QkvOrder.EDM, head);
    tensors.matrix(from + ".proj", to + ".to_out.0", 4);
  }
}
