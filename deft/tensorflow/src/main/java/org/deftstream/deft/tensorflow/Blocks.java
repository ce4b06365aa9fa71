package org.deftstream.deft.tensorflow;

import java.util.List;
import org.deftstream.deft.prior.UNetConfig;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** Residual and attention blocks of one network, which share its settings and time embedding. */
final class Blocks {
  /**
   * What residual blocks differ in.
   *
   * @param groups of the first norm
   * @param groupsOut of the second norm
   * @param divisor of the sum of both branches
   * @param resampling of both branches
   * @param shortcut whether the shortcut has a convolution even where the channels stay the same
   */
  record Residual(
      int groups, int groupsOut, double divisor, Resampling.Kind resampling, boolean shortcut) {
    static Residual plain(int groups, double divisor) {
      return new Residual(groups, groups, divisor, Resampling.Kind.NONE, false);
    }

    static Residual resampling(int groups, Resampling.Kind kind) {
      return new Residual(groups, groups, 1, kind, false);
    }
  }

  /** Divisor of every sum in skip blocks, which keeps the variance of two equal parts. */
  static final double SKIP_DIVISOR = Math.sqrt(2);

  /** Groups of the attention norm in skip blocks, whatever the channels. */
  static final int SKIP_ATTENTION_GROUPS = 32;

  private final Ops tf;
  private final UNetConfig config;
  private final Layers layers;
  private final Resampling resampling;
  private final Operand<TFloat32> time;

  /**
   * Collects what the blocks share.
   *
   * @param time embedding of the timestep after its activation, batch x width: every residual block
   *     begins with that activation, so it is computed once
   */
  Blocks(Ops tf, UNetConfig config, Layers layers, Operand<TFloat32> time) {
    this.tf = tf;
    this.config = config;
    this.layers = layers;
    this.resampling = new Resampling(tf, layers);
    this.time = time;
  }

  /** Groups of a norm where the configuration leaves them to the number of channels. */
  static int defaultGroups(int channels) {
    return Math.min(channels / 4, 32);
  }

  /** Groups of a norm by the configuration. */
  int groups(int channels) {
    return config.normNumGroups() == 0 ? defaultGroups(channels) : config.normNumGroups();
  }

  Picture residual(String name, Picture x, int out, Residual r) {
    int in = x.channels();
    int groups = r.groups() == 0 ? defaultGroups(in) : r.groups();
    int groupsOut = r.groupsOut() == 0 ? defaultGroups(out) : r.groupsOut();
    double eps = config.normEps();
    var normed = layers.groupNorm(name + ".norm1", x.value(), in, groups, eps);
    var h = resampling.apply(r.resampling(), x.with(activation(normed)));
    var shortcut = resampling.apply(r.resampling(), x);
    var body = timed(name, layers.conv3(name + ".conv1", h.value(), in, out), out, groupsOut);
    body = layers.conv3(name + ".conv2", activation(body), out, out);
    var straight =
        in != out || r.shortcut()
            ? layers.conv(name + ".conv_shortcut", shortcut.value(), in, out, 1, 1, "SAME")
            : shortcut.value();
    return h.with(layers.divide(tf.math.add(straight, body), r.divisor()), out);
  }

  /** The second norm with the time embedding, which is added before it or scales and shifts it. */
  private Operand<TFloat32> timed(String name, Operand<TFloat32> h, int out, int groups) {
    double eps = config.normEps();
    int width = config.time().width();
    if (!config.scaleShift()) {
      var offset = layers.linear(name + ".time_emb_proj", time, width, out);
      var sum = tf.math.add(h, layers.spatial(offset, out));
      return layers.groupNorm(name + ".norm2", sum, out, groups, eps);
    }
    var both = layers.linear(name + ".time_emb_proj", time, width, 2 * out);
    var size = tf.constant(new int[] {-1, out});
    var scale = tf.slice(both, tf.constant(new int[] {0, 0}), size);
    var shift = tf.slice(both, tf.constant(new int[] {0, out}), size);
    return layers.groupNorm(name + ".norm2", h, out, groups, eps, scale, shift);
  }

  private Operand<TFloat32> activation(Operand<TFloat32> x) {
    return layers.activation(config.activation(), x);
  }

  /**
   * Self-attention.
   *
   * @param groups of its norm; 0 for none
   */
  Picture attention(String name, Picture x, int groups, double divisor) {
    int head = config.attentionHeadDim() == 0 ? x.channels() : config.attentionHeadDim();
    return layers.attention(name, x, head, groups, config.normEps(), divisor);
  }

  /** Two images of the same size, one behind the other. */
  Picture join(Picture a, Picture b) {
    var both = tf.concat(List.of(a.value(), b.value()), tf.constant(3));
    return a.with(both, a.channels() + b.channels());
  }

  Picture sum(Picture a, Picture b) {
    return a.with(tf.math.add(a.value(), b.value()));
  }

  Resampling resampling() {
    return resampling;
  }

  Layers layers() {
    return layers;
  }
}
