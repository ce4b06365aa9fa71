package org.deftstream.deft.checkpoint.prior;

import java.util.ArrayList;
import java.util.Set;
import org.deftstream.deft.UserError;
import org.deftstream.deft.prior.TimeEmbedding;
import org.deftstream.deft.prior.UNetConfig;

/** ADM's names, rows and shapes as those of {@code UNet2DModel}, which computes the same. */
final class AdmConversion {
  private static final int GROUPS = 32;
  private static final NamedTensors.Residual RESIDUAL =
      new NamedTensors.Residual(
          "in_layers.0",
          "in_layers.2",
          "emb_layers.1",
          "out_layers.0",
          "out_layers.3",
          "skip_connection");

  private final NamedTensors tensors;
  private final Answers answers;
  private final AdmLayout layout;
  private final int channels;
  private QkvOrder order;
  private int head;

  private AdmConversion(NamedTensors tensors, Answers answers) {
    this.tensors = tensors;
    this.answers = answers;
    refuseOthers(tensors);
    this.channels = tensors.side("input_blocks.0.0.weight", 4, 1);
    this.layout = AdmLayout.of(tensors);
  }

  static ImportedPrior convert(NamedTensors tensors, Answers answers) {
    return new AdmConversion(tensors, answers).prior();
  }

  private static void refuseOthers(NamedTensors tensors) {
    if (tensors.has("label_emb.weight") || tensors.hasPart("label_emb.")) {
      throw new UserError(
          "it draws images of a given class (label_emb); a prior draws without: the checkpoint that"
              + " was trained with class_cond False is needed");
    }
    if (tensors.hasPart("middle_block.1.transformer_blocks.")) {
      throw new UserError(
          "its attention looks at a text or a class (transformer_blocks), as latent diffusion's"
              + " does; a prior draws images of its own");
    }
    int first = tensors.side("input_blocks.0.0.weight", 4, 0);
    int told = tensors.side("time_embed.0.weight", 2, 1);
    if (first != told) {
      throw new UserError(
          "its first level has "
              + first
              + " channels and its timestep "
              + told
              + " (channel_mult begins with "
              + (double) first / told
              + "); only networks whose channel_mult begins with 1 are read");
    }
    if (!tensors.has("middle_block.1.qkv.weight")) {
      throw new UserError("its middle block has no attention, or of another kind than ADM's");
    }
  }

  private ImportedPrior prior() {
    int outputs = tensors.side("out.2.weight", 4, 0);
    boolean upsampler = channels == 6 && outputs == 6;
    if (upsampler || (outputs != channels && outputs != 2 * channels)) {
      throw new UserError(
          "it takes "
              + channels
              + " channels and gives "
              + outputs
              + (channels == 6
                  ? ": it enlarges an image that it is given; a prior draws without one"
                  : "; a prior gives as many as it takes, or twice as many with a learned variance"));
    }
    var known = KnownAdm.of(layout, channels);
    int size = answers.integer("--size", known == null ? null : known.size(), "pixels of a side");
    head = head(known);
    String rows =
        answers.word(
            "--qkv-order",
            known == null ? null : "legacy",
            Set.of("legacy", "new"),
            "legacy, or new if trained with use_new_attention_order");
    var scheduler = Schedules.asked(answers, known == null ? null : "linear");
    answers.requireAll(Family.ADM);
    order = rows.equals("new") ? QkvOrder.NEW : QkvOrder.LEGACY;
    var network = Schedules.checked(() -> UNetConfig.parse(network(size).toJson()));
    relabel();
    return new ImportedPrior(Family.ADM, network, scheduler, tensors.complete());
  }

  /** Channels of a head; a number of heads is one where all levels with attention are alike. */
  private int head(KnownAdm known) {
    Integer preset = known == null ? null : known.head();
    if (!answers.has("--heads")) {
      return answers.integer(
          "--head-width", preset, "num_head_channels of its training, or --heads its num_heads");
    }
    int heads = answers.integer("--heads", null, "");
    var widths = new ArrayList<Integer>();
    for (int i = 0; i < layout.levels(); i++) {
      if (layout.attention().get(i) || i == layout.levels() - 1) {
        widths.add(layout.widths().get(i));
      }
    }
    if (widths.stream().distinct().count() > 1 || heads < 1 || widths.get(0) % heads != 0) {
      throw new UserError(
          "--heads is "
              + heads
              + " for levels of "
              + widths
              + " channels: the heads must have one width everywhere; only networks trained with"
              + " num_head_channels, or with attention at one width, are read");
    }
    return widths.get(0) / heads;
  }

  private UNetConfig network(int size) {
    int width = tensors.side("time_embed.0.weight", 2, 0);
    return new DdpmNetwork(size, channels, layout.widths(), layout.attention(), layout.blocks())
        .config(
            new TimeEmbedding(TimeEmbedding.Kind.POSITIONAL, width, 0, true, 0),
            1,
            layout.byBlocks(),
            head,
            new DdpmNetwork.Norms(GROUPS, GROUPS, 1e-5),
            layout.scaleShift());
  }

  private void relabel() {
    tensors.layer("time_embed.0", "time_embedding.linear_1", 2);
    tensors.layer("time_embed.2", "time_embedding.linear_2", 2);
    tensors.layer("input_blocks.0.0", "conv_in", 4);
    int levels = layout.levels();
    int perLevel = layout.blocks() + 1;
    for (int level = 0; level < levels; level++) {
      String to = "down_blocks." + level;
      for (int i = 0; i < layout.blocks(); i++) {
        block("input_blocks." + (1 + level * perLevel + i), to, level, i);
      }
      if (level < levels - 1) {
        String from = "input_blocks." + (level + 1) * perLevel + ".0";
        resampler(from, from + ".op", to + ".downsamplers.0");
      }
    }
    residual("middle_block.0", "mid_block.resnets.0");
    attention("middle_block.1", "mid_block.attentions.0");
    residual("middle_block.2", "mid_block.resnets.1");
    for (int u = 0; u < levels; u++) {
      String to = "up_blocks." + u;
      for (int i = 0; i < perLevel; i++) {
        block("output_blocks." + (u * perLevel + i), to, levels - 1 - u, i);
      }
      if (u < levels - 1) {
        int last = (u + 1) * perLevel - 1;
        String from = "output_blocks." + last + "." + AdmLayout.upsampler(tensors, last);
        resampler(from, from + ".conv", to + ".upsamplers.0");
      }
    }
    tensors.layer("out.0", "conv_norm_out", 1);
    tensors.output("out.2", channels);
  }

  private void block(String from, String to, int level, int i) {
    residual(from + ".0", to + ".resnets." + i);
    if (layout.attention().get(level)) {
      attention(from + ".1", to + ".attentions." + i);
    }
  }

  private void resampler(String residual, String convolution, String to) {
    if (layout.byBlocks()) {
      residual(residual, to);
    } else {
      tensors.layer(convolution, to + ".conv", 4);
    }
  }

  private void residual(String from, String to) {
    tensors.residual(from, to, RESIDUAL);
  }

  private void attention(String from, String to) {
    tensors.layer(from + ".norm", to + ".group_norm", 1);
    // Convolutions over one side in most programs, over two in early ones.
    int rank = tensors.rank(from + ".qkv.weight") == 4 ? 4 : 3;
    tensors.qkv(from + ".qkv", to, rank, order, head);
    tensors.matrix(from + ".proj_out", to + ".to_out.0", rank);
  }
}
