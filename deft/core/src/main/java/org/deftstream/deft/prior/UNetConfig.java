package org.deftstream.deft.prior;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/**
 * The network specification of a {@code UNet2DModel}: diffusers' {@code unet/config.json}. What is
 * not understood is refused by name, never ignored. Immutable.
 *
 * @param sampleHeight pixels from top to bottom
 * @param sampleWidth pixels from left to right
 * @param inChannels channels of the input
 * @param outChannels channels of the output
 * @param centerInputSample whether the input x enters as 2 x - 1
 * @param time how the network is told the timestep
 * @param classes how the network is told a class
 * @param downBlocks kinds of block on the way down, finest first
 * @param upBlocks kinds of block on the way up, coarsest first
 * @param blockOutChannels channels of each scale, finest first
 * @param layersPerBlock residual blocks of each block on the way down; one more on the way up
 * @param midBlock whether there is a block between the arms
 * @param addAttention whether the middle block has attention
 * @param midBlockScaleFactor divisor of the outputs in the middle block
 * @param downsamplePadding of the convolutions that halve the size: 1 on all sides; 0: one row and
 *     column of zeros at the far end only
 * @param resnetDownsamplers whether attention blocks halve the size with a residual block
 * @param resnetUpsamplers whether attention blocks double the size with a residual block
 * @param dropout rate in training, in [0, 1)
 * @param activation silu, swish, mish, gelu or relu
 * @param attentionHeadDim channels of one attention head; 0: one head of all channels
 * @param normNumGroups groups of the group norms; 0: a quarter of the channels, at most 32
 * @param attnNormNumGroups groups of the norm in the middle block's attention; 0: as the others
 *     have, or no norm where {@code scaleShift}
 * @param normEps added to the variance in group norms
 * @param scaleShift whether the time embedding scales and shifts, or is added
 */
public record UNetConfig(
    int sampleHeight,
    int sampleWidth,
    int inChannels,
    int outChannels,
    boolean centerInputSample,
    TimeEmbedding time,
    ClassEmbedding classes,
    List<BlockType> downBlocks,
    List<BlockType> upBlocks,
    List<Integer> blockOutChannels,
    int layersPerBlock,
    boolean midBlock,
    boolean addAttention,
    double midBlockScaleFactor,
    int downsamplePadding,
    boolean resnetDownsamplers,
    boolean resnetUpsamplers,
    double dropout,
    String activation,
    int attentionHeadDim,
    int normNumGroups,
    int attnNormNumGroups,
    double normEps,
    boolean scaleShift)
    implements NetworkConfig {

  private static final int MOST_LEVELS = 16;
  private static final int MOST_VALUES = 1 << 28;

  /** Checks what the fields ask of each other. */
  public UNetConfig {
    downBlocks = List.copyOf(downBlocks);
    upBlocks = List.copyOf(upBlocks);
    blockOutChannels = List.copyOf(blockOutChannels);
    int levels = blockOutChannels.size();
    check(
        downBlocks.size() == levels && upBlocks.size() == levels,
        "down_block_types, up_block_types and block_out_channels must have the same length");
    check(levels <= MOST_LEVELS, levels + " blocks; at most " + MOST_LEVELS + " are possible");
    long values = (long) sampleHeight * sampleWidth * Math.max(inChannels, outChannels);
    check(
        values <= MOST_VALUES,
        "an image of sample_size and channels has " + values + " values; at most " + MOST_VALUES);
    int coarsest = 1 << (levels - 1);
    check(
        sampleHeight % coarsest == 0 && sampleWidth % coarsest == 0,
        "sample_size "
            + sampleHeight
            + " x "
            + sampleWidth
            + " must be a multiple of "
            + coarsest
            + ", for "
            + levels
            + " blocks");
    for (int i = 0; i < levels; i++) {
      checkLevel(downBlocks.get(i), blockOutChannels.get(i), attentionHeadDim, normNumGroups);
      checkLevel(
          upBlocks.get(i), blockOutChannels.get(levels - 1 - i), attentionHeadDim, normNumGroups);
    }
    int coarse = blockOutChannels.get(levels - 1);
    check(
        !midBlock || !addAttention || attentionHeadDim <= coarse,
        "attention_head_dim "
            + attentionHeadDim
            + " exceeds the "
            + coarse
            + " channels of the middle block; add_attention false leaves its attention out");
    check(
        inChannels == 3 || downBlocks.stream().noneMatch(BlockType::skip),
        "in_channels is " + inChannels + "; skip blocks need 3");
    check(
        outChannels == 3 || upBlocks.stream().noneMatch(BlockType::skip),
        "out_channels is " + outChannels + "; skip blocks need 3");
  }

  private static void checkLevel(BlockType type, int channels, int headDim, int groups) {
    int quarter = Math.min(channels / 4, 32);
    check(
        groups > 0 || type.skip() || (quarter > 0 && channels % quarter == 0),
        "norm_num_groups is null: a quarter of the block_out_channels "
            + channels
            + ", at most 32, is no number of groups");
    check(
        groups == 0 || type.skip() || channels % groups == 0,
        "norm_num_groups " + groups + " does not divide block_out_channels " + channels);
    check(
        !type.attention() || headDim <= channels,
        "attention_head_dim " + headDim + " exceeds block_out_channels " + channels);
  }

  private static void check(boolean holds, String message) {
    if (!holds) {
      throw new IllegalArgumentException("unet config: " + message);
    }
  }

  /**
   * Parses a {@code config.json}.
   *
   * @throws IllegalArgumentException naming the field that is not understood
   */
  public static UNetConfig parse(JsonNode json) {
    return UNetConfigJson.read(json);
  }

  @Override
  public ObjectNode toJson() {
    return UNetConfigJson.write(this);
  }

  /** Fields that came later appear only where they differ from their preset. */
  @Override
  public ObjectNode identity() {
    return UNetConfigJson.identity(this);
  }

  @Override
  public boolean anySize() {
    return false;
  }

  @Override
  public boolean trainable() {
    return true;
  }

  @Override
  public Told told() {
    return switch (time.kind()) {
      case POSITIONAL -> Told.NUMBER;
      case FOURIER -> Told.LEVEL;
      case LEARNED -> Told.ROW;
    };
  }

  /** Number of scales; each is half the size of the one before. */
  public int levels() {
    return blockOutChannels.size();
  }

  /** Whether a forward pass needs a class label for every row. */
  public boolean needsLabels() {
    return classes.kind() != ClassEmbedding.Kind.NONE;
  }
}
