package org.deftstream.deft.prior;

import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * The kinds of block that the two arms of a {@code UNet2DModel} are made of. Each stands for a pair
 * of diffusers' classes, one on the way down and one on the way up.
 */
public enum BlockType {
  /** Residual blocks; a convolution changes the size. */
  PLAIN("DownBlock2D", "UpBlock2D"),
  /** Residual blocks, each followed by self-attention. */
  ATTENTION("AttnDownBlock2D", "AttnUpBlock2D"),
  /** Residual blocks; a residual block changes the size. */
  RESNET("ResnetDownsampleBlock2D", "ResnetUpsampleBlock2D"),
  /** Residual blocks beside a filtered copy of the image (NCSN++: Song et al. 2021). */
  SKIP("SkipDownBlock2D", "SkipUpBlock2D"),
  /** {@link #SKIP} with self-attention. */
  ATTENTION_SKIP("AttnSkipDownBlock2D", "AttnSkipUpBlock2D");

  /** Early diffusers wrote the same blocks with this before their names. */
  private static final String OLD_PREFIX = "UNetRes";

  private final String downName;
  private final String upName;

  BlockType(String downName, String upName) {
    this.downName = downName;
    this.upName = upName;
  }

  /** diffusers' class on the way down. */
  public String downName() {
    return downName;
  }

  /** diffusers' class on the way up. */
  public String upName() {
    return upName;
  }

  /** Whether the block has self-attention. */
  public boolean attention() {
    return this == ATTENTION || this == ATTENTION_SKIP;
  }

  /** Whether an image of three channels runs beside the block. */
  public boolean skip() {
    return this == SKIP || this == ATTENTION_SKIP;
  }

  /**
   * The kind that diffusers calls by this name on the way down.
   *
   * @throws IllegalArgumentException if there is none; the message lists those there are
   */
  static BlockType down(String name) {
    String plain = withoutPrefix(name);
    return Arrays.stream(values())
        .filter(b -> b.downName.equals(plain))
        .findFirst()
        .orElseThrow(() -> refusal("down_block_types", name, BlockType::downName));
  }

  /**
   * The kind that diffusers calls by this name on the way up.
   *
   * @throws IllegalArgumentException if there is none; the message lists those there are
   */
  static BlockType up(String name) {
    String plain = withoutPrefix(name);
    return Arrays.stream(values())
        .filter(b -> b.upName.equals(plain))
        .findFirst()
        .orElseThrow(() -> refusal("up_block_types", name, BlockType::upName));
  }

  private static String withoutPrefix(String name) {
    return name.startsWith(OLD_PREFIX) ? name.substring(OLD_PREFIX.length()) : name;
  }

  private static IllegalArgumentException refusal(
      String field, String name, java.util.function.Function<BlockType, String> names) {
    String understood = Arrays.stream(values()).map(names).collect(Collectors.joining(", "));
    return new IllegalArgumentException(
        "unet config: " + field + " has " + name + "; understood: " + understood);
  }
}
