package org.deftstream.deft.tensorflow;

import org.deftstream.deft.prior.TimeEmbedding;
import org.deftstream.deft.prior.UNetConfig;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TNumber;

/**
 * Builds diffusers' {@code UNet2DModel} from its configuration: the documented order of layers, the
 * names of its state dictionary, channels last. Dropout is left out: it acts in training only.
 */
final class UNetGraph {
  private final Ops tf;
  private final UNetConfig config;
  private final Layers layers;

  private UNetGraph(Ops tf, UNetConfig config, WeightSource weights) {
    this.tf = tf;
    this.config = config;
    this.layers = new Layers(tf, weights);
  }

  /**
   * Adds a network without classes to a graph.
   *
   * @param x input, batch x height x width x in_channels
   * @param t timesteps, TInt32, or noise levels, TFloat32, one per row
   * @return output, batch x height x width x out_channels
   * @throws IllegalArgumentException if the network needs class labels, or its blocks do not fit
   *     each other
   */
  static Operand<TFloat32> build(
      Ops tf,
      UNetConfig config,
      WeightSource weights,
      Operand<TFloat32> x,
      Operand<? extends TNumber> t) {
    return build(tf, config, weights, x, t, null);
  }

  /**
   * Adds a network to a graph.
   *
   * @param x input, batch x height x width x in_channels
   * @param t timesteps, TInt32, or noise levels, TFloat32, one per row
   * @param labels one per row, TInt32, or TFloat32 where class_embed_type is identity; null where
   *     the network has no classes
   * @return output, batch x height x width x out_channels
   * @throws IllegalArgumentException if labels are missing or not wanted, or its blocks do not fit
   *     each other
   */
  static Operand<TFloat32> build(
      Ops tf,
      UNetConfig config,
      WeightSource weights,
      Operand<TFloat32> x,
      Operand<? extends TNumber> t,
      Operand<? extends TNumber> labels) {
    if (config.needsLabels() != (labels != null)) {
      throw new IllegalArgumentException(
          config.needsLabels()
              ? "unet config: class_embed_type, num_class_embeds: the network needs a class label"
                  + " for every image, and there is none"
              : "the network has no classes, and labels were given");
    }
    return new UNetGraph(tf, config, weights).network(x, t, labels);
  }

  private Operand<TFloat32> network(
      Operand<TFloat32> x, Operand<? extends TNumber> t, Operand<? extends TNumber> labels) {
    var embedding = new EmbeddingGraph(tf, config, layers).build(t, labels);
    var blocks = new Blocks(tf, config, layers, layers.activation(config.activation(), embedding));
    var centred =
        config.centerInputSample()
            ? tf.math.sub(tf.math.mul(x, tf.constant(2f)), tf.constant(1f))
            : x;
    var input =
        new Picture(centred, config.sampleHeight(), config.sampleWidth(), config.inChannels());
    int first = config.blockOutChannels().get(0);
    var start = input.with(layers.conv3("conv_in", input.value(), input.channels(), first), first);
    var down = new DownArm(config, blocks);
    var middle = middle(blocks, down.build(input, start));
    var up = new UpArm(config, blocks, down.kept());
    return scaled(output(blocks, up.build(middle), up.image()), t);
  }

  private Picture middle(Blocks blocks, Picture start) {
    if (!config.midBlock()) {
      return start;
    }
    int c = start.channels();
    int groups = blocks.groups(c);
    double divisor = config.midBlockScaleFactor();
    var residual = Blocks.Residual.plain(groups, divisor);
    var x = blocks.residual("mid_block.resnets.0", start, c, residual);
    if (config.addAttention()) {
      int preset = config.scaleShift() ? 0 : groups;
      int own = config.attnNormNumGroups() == 0 ? preset : config.attnNormNumGroups();
      x = blocks.attention("mid_block.attentions.0", x, own, divisor);
    }
    return blocks.residual("mid_block.resnets.1", x, c, residual);
  }

  private Picture output(Blocks blocks, Picture x, Picture image) {
    int c = x.channels();
    int groups = blocks.groups(c);
    var normed = layers.groupNorm("conv_norm_out", x.value(), c, groups, config.normEps());
    int out = config.outChannels();
    var y = x.with(layers.conv3("conv_out", layers.silu(normed), c, out), out);
    if (image == null) {
      return y;
    }
    if (!image.sameSize(y)) {
      throw new IllegalArgumentException(
          "unet config: up_block_types: the last is no skip block, and the image of the others is"
              + " left at "
              + image.height()
              + " x "
              + image.width());
    }
    return y.with(tf.math.add(y.value(), image.value()));
  }

  /** Networks with a Fourier embedding are told a noise level and predict the score. */
  private Operand<TFloat32> scaled(Picture y, Operand<? extends TNumber> t) {
    if (config.time().kind() != TimeEmbedding.Kind.FOURIER) {
      return y.value();
    }
    var level = layers.spatial(tf.dtypes.cast(t, TFloat32.class), 1);
    return tf.math.div(y.value(), level);
  }
}
