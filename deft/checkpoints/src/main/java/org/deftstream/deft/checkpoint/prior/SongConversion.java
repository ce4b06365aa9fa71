package org.deftstream.deft.checkpoint.prior;

import java.util.ArrayList;
import java.util.List;
import org.deftstream.deft.UserError;
import org.deftstream.deft.checkpoint.NetworkWeights;
import org.deftstream.deft.prior.SongUNetConfig;
import org.deftstream.deft.prior.SongUNetConfig.Encoder;

/** EDM's {@code SongUNet}, whose names are ours but for those of attention. */
final class SongConversion {
  private static final int MOST_BLOCKS = 64;

  private final NamedTensors tensors;
  private final SongUNetConfig config;

  private SongConversion(NamedTensors tensors, SongUNetConfig config) {
    this.tensors = tensors;
    this.config = config;
  }

  static ImportedPrior convert(NamedTensors tensors, NetworkWeights source, Answers answers) {
    EdmConversion.refuseClasses(tensors);
    var scheduler = Precondition.of(source, answers);
    answers.requireAll(Family.EDM);
    var config = Schedules.checked(() -> config(tensors));
    new SongConversion(tensors, config).relabel();
    // Given to it in training only.
    tensors.drop("map_augment.weight");
    return new ImportedPrior(Family.EDM, config, scheduler, tensors.complete());
  }

  private static SongUNetConfig config(NamedTensors tensors) {
    int size = EdmConversion.side(tensors);
    String first = scale("enc", size, 0);
    int channels = tensors.side(first + "_conv.weight", 4, 1);
    int outputs = tensors.side(scale("dec", size, 0) + "_aux_conv.weight", 4, 0);
    if (outputs != channels) {
      throw new UserError("it takes " + channels + " channels and gives " + outputs);
    }
    int blocks = 0;
    while (blocks < MOST_BLOCKS && tensors.hasPart(first + "_block" + blocks + ".")) {
      blocks++;
    }
    var widths = new ArrayList<Integer>();
    var attention = new ArrayList<Boolean>();
    for (int l = 0; size >> l > 0 && tensors.hasPart(scale("enc", size, l) + "_block0."); l++) {
      String block = scale("enc", size, l) + "_block0";
      widths.add(tensors.side(block + ".conv1.weight", 4, 0));
      attention.add(tensors.has(block + ".qkv.weight"));
    }
    String second = scale("enc", size, 1);
    boolean residual = tensors.has(second + "_aux_residual.weight");
    boolean skip = tensors.has(second + "_aux_skip.weight");
    var besides = residual ? Encoder.RESIDUAL : skip ? Encoder.SKIP : Encoder.STANDARD;
    int taps = tensors.dropFilters();
    if (taps != 0 && taps != 2 && taps != 4) {
      throw new UserError("its filters have " + taps + " taps; [1 1] and [1 3 3 1] are understood");
    }
    return new SongUNetConfig(
        size,
        channels,
        tensors.side(first + "_conv.weight", 4, 0),
        widths,
        blocks,
        attention,
        tensors.has("map_noise.freqs"),
        tensors.side("map_layer0.weight", 2, 1),
        tensors.side("map_layer0.weight", 2, 0),
        besides,
        widths.size() > 1 && tensors.has(scale("dec", size, 1) + "_aux_conv.weight"),
        taps == 0 ? besides != Encoder.STANDARD : taps == 4);
  }

  private static String scale(String arm, int size, int level) {
    return arm + "." + (size >> level) + "x" + (size >> level);
  }

  private void relabel() {
    same("map_layer0", 2);
    same("map_layer1", 2);
    if (config.fourier()) {
      tensors.weight("map_noise.freqs", "map_noise.freqs", 1);
    }
    int levels = config.blockOutChannels().size();
    for (int l = 0; l < levels; l++) {
      String down = scale("enc", config.sampleSize(), l);
      String up = scale("dec", config.sampleSize(), l);
      if (l == 0) {
        same(down + "_conv", 4);
      } else {
        block(down + "_down");
        block(scale("dec", config.sampleSize(), l - 1) + "_up");
        if (config.encoder() != Encoder.STANDARD) {
          same(down + (config.encoder() == Encoder.SKIP ? "_aux_skip" : "_aux_residual"), 4);
        }
      }
      if (l == levels - 1) {
        block(up + "_in0");
        block(up + "_in1");
      }
      for (int i = 0; i <= config.layersPerBlock(); i++) {
        if (i < config.layersPerBlock()) {
          block(down + "_block" + i);
        }
        block(up + "_block" + i);
      }
      if (config.imagesUp() || l == 0) {
        same(up + "_aux_norm", 1);
        same(up + "_aux_conv", 4);
      }
    }
  }

  private void same(String name, int rank) {
    tensors.layer(name, name, rank);
  }

  private void block(String name) {
    for (String norm : List.of(".norm0", ".norm1")) {
      same(name + norm, 1);
    }
    same(name + ".affine", 2);
    same(name + ".conv0", 4);
    same(name + ".conv1", 4);
    if (tensors.has(name + ".skip.weight")) {
      same(name + ".skip", 4);
    }
    if (tensors.has(name + ".qkv.weight")) {
      String to = name + ".attention";
      tensors.layer(name + ".norm2", to + ".group_norm", 1);
      // One head of all channels.
      int head = tensors.side(name + ".qkv.weight", 4, 1);
      tensors.qkv(name + ".qkv", to, 4, QkvOrder.EDM, head);
      tensors.matrix(name + ".proj", to + ".to_out.0", 4);
    }
  }
}
