package org.deftstream.deft.checkpoint.prior;

import java.util.List;

/**
 * The published ADM networks that draw images of no class: told by their structure, which no other
 * published one shares.
 *
 * @param size pixels of a side
 * @param head channels of one attention head
 */
record KnownAdm(int size, int head) {
  private static final List<Integer> MULTIPLES = List.of(1, 1, 2, 2, 4, 4);

  /** Of this structure; null if it is none of them. */
  static KnownAdm of(AdmLayout layout, int channels) {
    int base = layout.widths().get(0);
    boolean deep = layout.widths().equals(MULTIPLES.stream().map(m -> m * base).toList());
    if (!deep || channels != 3 || !layout.byBlocks() || !layout.scaleShift()) {
      return null;
    }
    // 256x256_diffusion_uncond.pt and lsun_{bedroom,cat,horse}.pt: attention at 32, 16 and 8.
    boolean imageNet =
        base == 256
            && layout.blocks() == 2
            && layout.attention().equals(List.of(false, false, false, true, true, true));
    // ffhq_10m.pt: attention at 16.
    boolean faces =
        base == 128
            && layout.blocks() == 1
            && layout.attention().equals(List.of(false, false, false, false, true, false));
    return imageNet || faces ? new KnownAdm(256, 64) : null;
  }
}
