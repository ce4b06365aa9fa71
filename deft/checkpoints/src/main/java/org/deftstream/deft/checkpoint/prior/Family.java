package org.deftstream.deft.checkpoint.prior;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.deftstream.deft.UserError;

/**
 * Whose programs wrote a checkpoint: each has names, an order of rows and a schedule of its own.
 */
public enum Family {
  /** guided-diffusion (Dhariwal and Nichol, 2021) and improved-diffusion. */
  ADM("time_embed.0.weight", "input_blocks.0.0.weight"),
  /** DDPM (Ho et al., 2020) as ported to PyTorch, and DDIM, which uses the same networks. */
  DDPM("temb.dense.0.weight", "down.0.block.0.norm1.weight"),
  /** EDM (Karras et al., 2022): the networks of ADM and of NCSN++ with other names. */
  EDM("map_layer0.weight", "map_layer1.weight"),
  /** score_sde (Song et al., 2021): NCSN++ and DDPM++, whose layers have numbers. */
  NCSNPP("all_modules.1.weight", "all_modules.2.weight"),
  /** DRUNet of KAIR, DPIR and deepinv (Zhang et al., 2021): a denoiser that is told the level. */
  DRUNET("m_head.weight", "m_tail.weight"),
  /** A model of ONNX, whatever is in it. */
  ONNX,
  /** A SavedModel of TensorFlow, whatever is in it. */
  SAVEDMODEL,
  /** A folder of diffusers' {@code UNet2DModel}. */
  DIFFUSERS("time_embedding.linear_1.weight", "conv_in.weight");

  private final String[] names;

  Family(String... names) {
    this.names = names;
  }

  /** The word for it on the command line. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Weights that every checkpoint of the family has. */
  String[] names() {
    return names.clone();
  }

  /**
   * The family of a word.
   *
   * @throws UserError if there is none; the message lists those there are
   */
  public static Family named(String word) {
    for (var family : values()) {
      if (family.word().equals(word)) {
        return family;
      }
    }
    throw new UserError("--like is " + word + "; understood: " + words());
  }

  static String words() {
    return Arrays.stream(values()).map(Family::word).collect(Collectors.joining(", "));
  }
}
