package org.deftstream.deft.tensorflow;

import java.util.Arrays;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.math.Mean;
import org.tensorflow.op.nn.Conv2d;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

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
    var w = weights.weight(name + ".weight", WeightLayout.CONV, out, in, kernel, kernel);
    var b = weights.weight(name + ".bias", WeightLayout.PLAIN, out);
    var y =
        tf.nn.conv2d(
            x, w, List.of(1L, (long) stride, (long) stride, 1L), padding, new Conv2d.Options[0]);
    return tf.nn.biasAdd(y, b);
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

  /** Nearest-neighbour enlargement by two. */
  Operand<TFloat32> upsample(Operand<TFloat32> x, int height, int width) {
    return tf.image.resizeNearestNeighbor(x, tf.constant(new int[] {2 * height, 2 * width}));
  }

  /** Zeros before and after the two image axes. */
  Operand<TFloat32> pad(Operand<TFloat32> x, int before, int after) {
    return tf.pad(
        x,
        tf.constant(new int[][] {{0, 0}, {before, after}, {before, after}, {0, 0}}),
        tf.constant(0f));
  }

  /** Multi-head self-attention over the pixels, with its group norm and residual. */
  Operand<TFloat32> attention(
      String name,
      Operand<TFloat32> x,
      int pixels,
      int channels,
      int heads,
      int groups,
      double eps,
      double rescale) {
    int width = channels / heads;
    var normed = groupNorm(name + ".group_norm", x, channels, groups, eps);
    var rows = tf.reshape(normed, tf.constant(new int[] {-1, channels}));
    var split = tf.constant(new int[] {-1, pixels, heads, width});
    var swap = tf.constant(new int[] {0, 2, 1, 3});
    var q =
        tf.linalg.transpose(
            tf.reshape(linear(name + ".to_q", rows, channels, channels), split), swap);
    var k =
        tf.linalg.transpose(
            tf.reshape(linear(name + ".to_k", rows, channels, channels), split), swap);
    var v =
        tf.linalg.transpose(
            tf.reshape(linear(name + ".to_v", rows, channels, channels), split), swap);
    var scaled = tf.math.mul(q, tf.constant((float) (1 / Math.sqrt(width))));
    var logits =
        tf.train.batchMatMul(
            scaled, k, TFloat32.class, org.tensorflow.op.train.BatchMatMul.adjY(true));
    var mixed = tf.train.batchMatMul(tf.nn.softmax(logits), v, TFloat32.class);
    var joined =
        tf.reshape(tf.linalg.transpose(mixed, swap), tf.constant(new int[] {-1, channels}));
    var projected = linear(name + ".to_out.0", joined, channels, channels);
    var sum = tf.math.add(tf.reshape(projected, tf.shape(x)), x);
    return rescale == 1 ? sum : tf.math.mul(sum, tf.constant((float) (1 / rescale)));
  }

  /**
   * The sinusoidal embedding of the timestep: {@code sin, cos} of {@code t exp(-ln(10000) i / (half
   * - freqShift))}, cosines first if flipped.
   */
  Operand<TFloat32> sinusoidal(Operand<TInt32> t, int width, double freqShift, boolean flip) {
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
    return tf.concat(flip ? List.of(cos, sin) : List.of(sin, cos), tf.constant(1));
  }

  /** Concatenation along the channels. */
  Operand<TFloat32> concat(Operand<TFloat32> a, Operand<TFloat32> b) {
    return tf.concat(Arrays.asList(a, b), tf.constant(3));
  }

  Ops tf() {
    return tf;
  }
}
