package org.deftstream.deft.tensorflow;

import java.util.ArrayDeque;
import java.util.Deque;
import org.deftstream.deft.prior.UNetConfig;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * Builds diffusers' {@code UNet2DModel} from its configuration: the documented order of layers, the
 * names of its state dictionary, channels last.
 */
final class UNetGraph {
  private final UNetConfig config;
  private final Layers layers;
  private final Ops tf;
  private Operand<TFloat32> time;
  private int timeWidth;

  private UNetGraph(Ops tf, UNetConfig config, WeightSource weights) {
    this.tf = tf;
    this.config = config;
    this.layers = new Layers(tf, weights);
  }

  /**
   * Adds the network to a graph.
   *
   * @param x input, batch x height x width x in_channels
   * @param t timesteps, one per row
   * @return output, batch x height x width x out_channels
   */
  static Operand<TFloat32> build(
      Ops tf, UNetConfig config, WeightSource weights, Operand<TFloat32> x, Operand<TInt32> t) {
    return new UNetGraph(tf, config, weights).network(x, t);
  }

  private Operand<TFloat32> network(Operand<TFloat32> input, Operand<TInt32> t) {
    var channels = config.blockOutChannels();
    int first = channels.get(0);
    int blocks = channels.size();
    timeWidth = 4 * first;
    time = timeEmbedding(t, first);
    var x = input;
    if (config.centerInputSample()) {
      x = tf.math.sub(tf.math.mul(x, tf.constant(2f)), tf.constant(1f));
    }
    x = layers.conv3("conv_in", x, config.inChannels(), first);
    Deque<Skip> skips = new ArrayDeque<>();
    skips.push(new Skip(x, first));
    int height = config.sampleHeight();
    int width = config.sampleWidth();
    int in = first;
    for (int b = 0; b < blocks; b++) {
      String name = "down_blocks." + b;
      int out = channels.get(b);
      for (int l = 0; l < config.layersPerBlock(); l++) {
        x = resnet(name + ".resnets." + l, x, l == 0 ? in : out, out, 1);
        if (config.downAttention(b)) {
          x = attention(name + ".attentions." + l, x, height * width, out, 1);
        }
        skips.push(new Skip(x, out));
      }
      if (b < blocks - 1) {
        x = downsample(name + ".downsamplers.0", x, out);
        skips.push(new Skip(x, out));
        height /= 2;
        width /= 2;
      }
      in = out;
    }
    double scale = config.midBlockScaleFactor();
    x = resnet("mid_block.resnets.0", x, in, in, scale);
    if (config.addAttention()) {
      x = attention("mid_block.attentions.0", x, height * width, in, scale);
    }
    x = resnet("mid_block.resnets.1", x, in, in, scale);
    for (int b = 0; b < blocks; b++) {
      String name = "up_blocks." + b;
      int out = channels.get(blocks - 1 - b);
      for (int l = 0; l <= config.layersPerBlock(); l++) {
        var skip = skips.pop();
        x = layers.concat(x, skip.value());
        x = resnet(name + ".resnets." + l, x, (l == 0 ? in : out) + skip.channels(), out, 1);
        if (config.upAttention(b)) {
          x = attention(name + ".attentions." + l, x, height * width, out, 1);
        }
      }
      if (b < blocks - 1) {
        x = layers.upsample(x, height, width);
        x = layers.conv3(name + ".upsamplers.0.conv", x, out, out);
        height *= 2;
        width *= 2;
      }
      in = out;
    }
    x = layers.groupNorm("conv_norm_out", x, first, config.normNumGroups(), config.normEps());
    return layers.conv3("conv_out", layers.silu(x), first, config.outChannels());
  }

  private record Skip(Operand<TFloat32> value, int channels) {}

  private Operand<TFloat32> timeEmbedding(Operand<TInt32> t, int first) {
    var wave = layers.sinusoidal(t, first, config.freqShift(), config.flipSinToCos());
    var hidden = layers.silu(layers.linear("time_embedding.linear_1", wave, first, timeWidth));
    var embedding = layers.linear("time_embedding.linear_2", hidden, timeWidth, timeWidth);
    // Every residual block begins with the activation of the embedding: computed once.
    return layers.silu(embedding);
  }

  private Operand<TFloat32> downsample(String name, Operand<TFloat32> x, int channels) {
    // Padding 0 means (0, 1) at each axis in diffusers, which on even sizes is SAME at stride 2.
    return config.downsamplePadding() == 0
        ? layers.conv(name + ".conv", x, channels, channels, 3, 2, "SAME")
        : layers.conv(
            name + ".conv",
            layers.pad(x, config.downsamplePadding(), config.downsamplePadding()),
            channels,
            channels,
            3,
            2,
            "VALID");
  }

  private Operand<TFloat32> resnet(
      String name, Operand<TFloat32> x, int in, int out, double outputScale) {
    int groups = config.normNumGroups();
    double eps = config.normEps();
    var h = layers.silu(layers.groupNorm(name + ".norm1", x, in, groups, eps));
    h = layers.conv3(name + ".conv1", h, in, out);
    int projected = config.scaleShift() ? 2 * out : out;
    var embedding = layers.linear(name + ".time_emb_proj", time, timeWidth, projected);
    if (config.scaleShift()) {
      var scale =
          tf.slice(embedding, tf.constant(new int[] {0, 0}), tf.constant(new int[] {-1, out}));
      var shift =
          tf.slice(embedding, tf.constant(new int[] {0, out}), tf.constant(new int[] {-1, out}));
      h = layers.groupNorm(name + ".norm2", h, out, groups, eps, scale, shift);
    } else {
      h = tf.math.add(h, layers.spatial(embedding, out));
      h = layers.groupNorm(name + ".norm2", h, out, groups, eps);
    }
    h = layers.conv3(name + ".conv2", layers.silu(h), out, out);
    var shortcut = in == out ? x : layers.conv(name + ".conv_shortcut", x, in, out, 1, 1, "SAME");
    var sum = tf.math.add(shortcut, h);
    return outputScale == 1 ? sum : tf.math.mul(sum, tf.constant((float) (1 / outputScale)));
  }

  private Operand<TFloat32> attention(
      String name, Operand<TFloat32> x, int pixels, int channels, double rescale) {
    int heads = config.attentionHeadDim() == 0 ? 1 : channels / config.attentionHeadDim();
    return layers.attention(
        name, x, pixels, channels, heads, config.attnNormNumGroups(), config.normEps(), rescale);
  }
}
