package org.deftstream.deft.tensorflow;

import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.math.Mean;
import org.tensorflow.op.nn.Conv2d;
import org.tensorflow.op.train.BatchMatMul;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TNumber;

/**
 * The layers of {@code UNet2DModel} as TensorFlow graph operations, channels last. Only operations
 * whose registered gradient is right are used: convolutions of stride 1 or 2 with SAME or VALID
 * padding, no dilation (the registered gradient ignores dilations and explicit paddings).
 */
final class Layers {
  private final Ops tf;
  private final WeightSource weights;

  Layers(Ops tf, WeightSource weights) {
    this.tf = tf;
    this.weights = weights;
  }

  /** A convolution with bias; {@code stride} 2 halves an even size. */
  Operand<TFloat32> conv(
      String name, Operand<TFloat32> x, int in, int out, int kernel, int stride, String padding) {
    var y = plainConv(name, x, in, out, kernel, stride, padding);
    return tf.nn.biasAdd(y, weights.weight(name + ".bias", WeightLayout.PLAIN, out));
  }

  /** A convolution without bias. */
  Operand<TFloat32> plainConv(
      String name, Operand<TFloat32> x, int in, int out, int kernel, int stride, String padding) {
    var w = weights.weight(name + ".weight", WeightLayout.CONV, out, in, kernel, kernel);
    return tf.nn.conv2d(
        x, w, List.of(1L, (long) stride, (long) stride, 1L), padding, new Conv2d.Options[0]);
  }

  /** A transposed 2x2 convolution of stride 2 without bias, which doubles the size. */
  Operand<TFloat32> plainConvUp(String name, Operand<TFloat32> x, int in, int out) {
    var w = weights.weight(name + ".weight", WeightLayout.CONV_UP, in, out, 2, 2);
    var spread = tf.nn.conv2d(x, w, List.of(1L, 1L, 1L, 1L), "SAME", new Conv2d.Options[0]);
    return tf.nn.depthToSpace(spread, 2L);
  }

  /** A 3x3 convolution of stride 1 that keeps the size. */
  Operand<TFloat32> conv3(String name, Operand<TFloat32> x, int in, int out) {
    return conv(name, x, in, out, 3, 1, "SAME");
  }

  /** {@code x W + b} on the last axis of a matrix. */
  Operand<TFloat32> linear(String name, Operand<TFloat32> x, int in, int out) {
    var w = weights.weight(name + ".weight", WeightLayout.LINEAR, out, in);
    var b = weights.weight(name + ".bias", WeightLayout.PLAIN, out);
    return tf.nn.biasAdd(tf.linalg.matMul(x, w), b);
  }

  Operand<TFloat32> silu(Operand<TFloat32> x) {
    return tf.math.mul(x, tf.math.sigmoid(x));
  }

  /** The activation that diffusers calls by this name; GELU is the exact one. */
  Operand<TFloat32> activation(String name, Operand<TFloat32> x) {
    return switch (name) {
      case "silu", "swish" -> silu(x);
      case "mish" -> tf.math.mul(x, tf.math.tanh(tf.math.softplus(x)));
      case "gelu" -> {
        var erf = tf.math.erf(tf.math.mul(x, tf.constant((float) Math.sqrt(0.5))));
        var half = tf.math.mul(x, tf.constant(0.5f));
        yield tf.math.mul(half, tf.math.add(erf, tf.constant(1f)));
      }
      case "relu" -> tf.nn.relu(x);
      default -> throw new IllegalArgumentException("unet config: act_fn " + name);
    };
  }

  /** A weight without a layer of its own, in diffusers' shape. */
  Operand<TFloat32> table(String name, int... shape) {
    return weights.weight(name, WeightLayout.PLAIN, shape);
  }

  /**
   * Group normalisation. Mean and mean of squares per channel, averaged over the group in tiny
   * tensors, then one scale and one shift of the image: two passes over the data instead of the
   * textbook form's five.
   */
  Operand<TFloat32> groupNorm(
      String name, Operand<TFloat32> x, int channels, int groups, double eps) {
    return scaleAndShift(x, groupNormTerms(name, x, channels, groups, eps, null, null), channels);
  }

  /** Group normalisation followed by {@code (1 + scale) * . + shift} of the time embedding. */
  Operand<TFloat32> groupNorm(
      String name,
      Operand<TFloat32> x,
      int channels,
      int groups,
      double eps,
      Operand<TFloat32> scale,
      Operand<TFloat32> shift) {
    return scaleAndShift(x, groupNormTerms(name, x, channels, groups, eps, scale, shift), channels);
  }

  private record Affine(Operand<TFloat32> scale, Operand<TFloat32> shift) {}

  private Operand<TFloat32> scaleAndShift(Operand<TFloat32> x, Affine a, int channels) {
    return tf.math.add(tf.math.mul(x, spatial(a.scale(), channels)), spatial(a.shift(), channels));
  }

  private Affine groupNormTerms(
      String name,
      Operand<TFloat32> x,
      int channels,
      int groups,
      double eps,
      Operand<TFloat32> timeScale,
      Operand<TFloat32> timeShift) {
    if (channels % groups != 0) {
      throw new IllegalArgumentException(
          "unet config: "
              + name
              + " cannot divide "
              + channels
              + " channels into "
              + groups
              + " groups");
    }
    var gamma = weights.weight(name + ".weight", WeightLayout.PLAIN, channels);
    var beta = weights.weight(name + ".bias", WeightLayout.PLAIN, channels);
    var space = tf.constant(new int[] {1, 2});
    var mean = overGroup(tf.math.mean(x, space), channels, groups);
    var square = overGroup(tf.math.mean(tf.math.square(x), space), channels, groups);
    var variance = tf.math.sub(square, tf.math.square(mean));
    var inverse =
        tf.math.rsqrt(
            tf.math.add(tf.math.maximum(variance, tf.constant(0f)), tf.constant((float) eps)));
    // [batch, groups, 1] spread to [batch, channels].
    Operand<TFloat32> scale = tf.math.mul(spread(inverse, channels, groups), gamma);
    Operand<TFloat32> shift = tf.math.sub(beta, tf.math.mul(spread(mean, channels, groups), scale));
    if (timeScale != null) {
      var factor = tf.math.add(timeScale, tf.constant(1f));
      scale = tf.math.mul(scale, factor);
      shift = tf.math.add(tf.math.mul(shift, factor), timeShift);
    }
    return new Affine(scale, shift);
  }

  private Operand<TFloat32> overGroup(Operand<TFloat32> perChannel, int channels, int groups) {
    var grouped = tf.reshape(perChannel, tf.constant(new int[] {-1, groups, channels / groups}));
    return tf.math.mean(grouped, tf.constant(2), Mean.keepDims(true));
  }

  private Operand<TFloat32> spread(Operand<TFloat32> perGroup, int channels, int groups) {
    var tiled = tf.tile(perGroup, tf.constant(new int[] {1, 1, channels / groups}));
    return tf.reshape(tiled, tf.constant(new int[] {-1, channels}));
  }

  /** [batch, channels] as [batch, 1, 1, channels], to be added to every pixel. */
  Operand<TFloat32> spatial(Operand<TFloat32> perChannel, int channels) {
    return tf.reshape(perChannel, tf.constant(new int[] {-1, 1, 1, channels}));
  }

  /**
   * Multi-head self-attention over the pixels, with its group norm and residual.
   *
   * @param headWidth channels of one head; channels / headWidth, rounded down, is their number
   * @param groups of the norm; 0 for none
   * @param divisor of the sum of result and input
   */
  Picture attention(String name, Picture x, int headWidth, int groups, double eps, double divisor) {
    int channels = x.channels();
    int heads = channels / headWidth;
    int inner = heads * headWidth;
    var normed =
        groups == 0 ? x.value() : groupNorm(name + ".group_norm", x.value(), channels, groups, eps);
    var rows = tf.reshape(normed, tf.constant(new int[] {-1, channels}));
    var split = tf.constant(new int[] {-1, x.height() * x.width(), heads, headWidth});
    var swap = tf.constant(new int[] {0, 2, 1, 3});
    var q =
        tf.linalg.transpose(tf.reshape(linear(name + ".to_q", rows, channels, inner), split), swap);
    var k =
        tf.linalg.transpose(tf.reshape(linear(name + ".to_k", rows, channels, inner), split), swap);
    var v =
        tf.linalg.transpose(tf.reshape(linear(name + ".to_v", rows, channels, inner), split), swap);
    var scaled = tf.math.mul(q, tf.constant((float) (1 / Math.sqrt(headWidth))));
    var logits = tf.train.batchMatMul(scaled, k, TFloat32.class, BatchMatMul.adjY(true));
    var mixed = tf.train.batchMatMul(tf.nn.softmax(logits), v, TFloat32.class);
    var joined = tf.reshape(tf.linalg.transpose(mixed, swap), tf.constant(new int[] {-1, inner}));
    var projected = linear(name + ".to_out.0", joined, inner, channels);
    var sum = tf.math.add(tf.reshape(projected, tf.shape(x.value())), x.value());
    return x.with(divide(sum, divisor));
  }

  /** {@code x / divisor}; nothing where the divisor is 1. */
  Operand<TFloat32> divide(Operand<TFloat32> x, double divisor) {
    return divisor == 1 ? x : tf.math.mul(x, tf.constant((float) (1 / divisor)));
  }

  /**
   * The sinusoidal embedding of the timestep: {@code sin, cos} of {@code t exp(-ln(10000) i / (half
   * - freqShift))}, cosines first if flipped; an odd width ends in a zero.
   */
  Operand<TFloat32> sinusoidal(
      Operand<? extends TNumber> t, int width, double freqShift, boolean flip) {
    int half = width / 2;
    var frequencies = new float[half];
    for (int i = 0; i < half; i++) {
      frequencies[i] = (float) Math.exp(-Math.log(10_000) * i / (half - freqShift));
    }
    var angle =
        tf.math.mul(
            tf.reshape(tf.dtypes.cast(t, TFloat32.class), tf.constant(new int[] {-1, 1})),
            tf.reshape(tf.constant(frequencies), tf.constant(new int[] {1, half})));
    Operand<TFloat32> sin = tf.math.sin(angle);
    Operand<TFloat32> cos = tf.math.cos(angle);
    var waves = tf.concat(flip ? List.of(cos, sin) : List.of(sin, cos), tf.constant(1));
    return width % 2 == 0
        ? waves
        : tf.pad(waves, tf.constant(new int[][] {{0, 0}, {0, 1}}), tf.constant(0f));
  }

  Ops tf() {
    return tf;
  }
}
