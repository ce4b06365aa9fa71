package org.deftstream.deft.checkpoint.prior;

import java.util.List;
import java.util.Set;
import org.deftstream.deft.prior.ContinuousSchedule;
import org.deftstream.deft.prior.SchedulerConfig;
import org.deftstream.deft.prior.SigmaSchedule;
import org.deftstream.deft.prior.SongUNetConfig;
import org.deftstream.deft.prior.SongUNetConfig.Encoder;

/** NCSN++ and DDPM++ of score_sde, whose layers have numbers, by the names of {@code SongUNet}. */
final class NcsnppConversion {
  private static final String LEVELS = "sigmas";
  private static final int STEPS = 1000;

  private final NamedTensors tensors;
  private final Answers answers;
  private final NcsnppLayout layout;
  private int next;

  private NcsnppConversion(NamedTensors tensors, Answers answers) {
    this.tensors = tensors;
    this.answers = answers;
    this.layout = NcsnppLayout.of(tensors);
  }

  static ImportedPrior convert(NamedTensors tensors, Answers answers) {
    return new NcsnppConversion(tensors, answers).prior();
  }

  private ImportedPrior prior() {
    int size = answers.integer("--size", knownSize(), "pixels of a side");
    var scheduler = scheduler();
    answers.requireAll(Family.NCSNPP);
    int first = layout.start() - 2;
    var config =
        Schedules.checked(
            () ->
                new SongUNetConfig(
                    size,
                    tensors.side(name(layout.start()) + "weight", 4, 1),
                    tensors.side(name(layout.start()) + "weight", 4, 0),
                    layout.widths(),
                    layout.blocks(),
                    layout.attention(),
                    layout.fourier(),
                    tensors.side(name(first) + "weight", 2, 1),
                    tensors.side(name(first) + "weight", 2, 0),
                    layout.encoder(),
                    layout.imagesUp(),
                    // Cannot be seen: published networks filter where the image runs beside them.
                    layout.encoder() != Encoder.STANDARD));
    relabel(config);
    tensors.drop(LEVELS);
    return new ImportedPrior(Family.NCSNPP, config, scheduler, tensors.complete());
  }

  /** The published ones: CIFAR-10, the sets of 256 pixels, and faces of 1024. */
  private Integer knownSize() {
    var widths = layout.widths();
    if (widths.equals(List.of(128, 256, 256, 256))) {
      return 32;
    }
    if (widths.equals(List.of(128, 128, 256, 256, 256, 256, 256))) {
      return 256;
    }
    return widths.equals(List.of(16, 32, 64, 128, 256, 512, 512, 512)) ? 1024 : null;
  }

  private SchedulerConfig scheduler() {
    String kind =
        answers.word(
            "--sde",
            layout.fourier() ? "ve" : null,
            layout.fourier() ? Set.of("ve") : Set.of("vp", "sub-vp", "discrete"),
            "vp, sub-vp, or discrete where it was trained on timesteps and not in continuous time");
    int steps = answers.integer("--timesteps", STEPS, "");
    return switch (kind) {
      case "ve" -> {
        float[] levels = tensors.has(LEVELS) ? tensors.get(LEVELS, 1).read().data() : null;
        boolean told = levels != null && levels.length > 1;
        // From the greatest to the least.
        double most =
            answers.number(
                "--sigma-max",
                told ? (double) levels[0] : null,
                "sigma_max of its training: 50 for CIFAR-10, 348 to 1348 for faces");
        double least = told ? round(levels[levels.length - 1]) : 0.01;
        yield Schedules.checked(() -> SigmaSchedule.exploding(steps, least, most));
      }
      case "discrete" -> Schedules.linear(steps);
      default -> Schedules.checked(() -> ContinuousSchedule.standard(steps, kind.equals("sub-vp")));
    };
  }

  /** Single precision as the decimal number that it was written as. */
  private static double round(float value) {
    return Double.parseDouble(Float.toString(value));
  }

  private void relabel(SongUNetConfig config) {
    if (config.fourier()) {
      tensors.weight(name(next++) + "W", "map_noise.freqs", 1);
    }
    layer("map_layer0", 2);
    layer("map_layer1", 2);
    int levels = config.blockOutChannels().size();
    for (int l = 0; l < levels; l++) {
      String scale = scale("enc", config, l);
      if (l == 0) {
        layer(scale + "_conv", 4);
      } else {
        residual(scale + "_down");
        beside(scale, config.encoder());
      }
      for (int i = 0; i < config.layersPerBlock(); i++) {
        residual(scale + "_block" + i);
        attention(scale + "_block" + i, config.attention().get(l));
      }
    }
    String coarsest = scale("dec", config, levels - 1);
    residual(coarsest + "_in0");
    attention(coarsest + "_in0", true);
    residual(coarsest + "_in1");
    for (int l = levels - 1; l >= 0; l--) {
      String scale = scale("dec", config, l);
      for (int i = 0; i <= config.layersPerBlock(); i++) {
        residual(scale + "_block" + i);
      }
      attention(scale + "_block" + config.layersPerBlock(), config.attention().get(l));
      if (config.imagesUp() && l < levels - 1) {
        next++; // makes the answer larger, without weights
      }
      if (config.imagesUp() || l == 0) {
        layer(scale + "_aux_norm", 1);
        layer(scale + "_aux_conv", 4);
      }
      if (l > 0) {
        residual(scale("dec", config, l - 1) + "_up");
      }
    }
  }

  private void beside(String scale, Encoder encoder) {
    switch (encoder) {
      case RESIDUAL -> tensors.layer(name(next++) + "Conv2d_0", scale + "_aux_residual", 4);
      case SKIP -> {
        next++; // makes the image smaller, without weights
        tensors.layer(name(next++) + "Conv_0", scale + "_aux_skip", 4);
      }
      case STANDARD -> {}
    }
  }

  private static String scale(String arm, SongUNetConfig config, int level) {
    int side = config.sampleSize() >> level;
    return arm + "." + side + "x" + side;
  }

  private static String name(int module) {
    return NcsnppLayout.name(module);
  }

  private void layer(String to, int rank) {
    String module = name(next++);
    tensors.layer(module.substring(0, module.length() - 1), to, rank);
  }

  private void residual(String to) {
    String from = name(next++);
    tensors.layer(from + "GroupNorm_0", to + ".norm0", 1);
    tensors.layer(from + "Conv_0", to + ".conv0", 4);
    tensors.layer(from + "Dense_0", to + ".affine", 2);
    tensors.layer(from + "GroupNorm_1", to + ".norm1", 1);
    tensors.layer(from + "Conv_1", to + ".conv1", 4);
    if (tensors.has(from + "Conv_2.weight")) {
      tensors.layer(from + "Conv_2", to + ".skip", 4);
    }
  }

  private void attention(String block, boolean attended) {
    if (!attended) {
      return;
    }
    String from = name(next++);
    String to = block + ".attention.";
    tensors.layer(from + "GroupNorm_0", to + "group_norm", 1);
    String[] parts = {"to_q", "to_k", "to_v", "to_out.0"};
    for (int i = 0; i < parts.length; i++) {
      tensors.transposed(from + "NIN_" + i + ".W", to + parts[i] + ".weight");
      tensors.weight(from + "NIN_" + i + ".b", to + parts[i] + ".bias", 1);
    }
  }
}
