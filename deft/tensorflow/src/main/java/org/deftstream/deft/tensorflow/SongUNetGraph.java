package org.deftstream.deft.tensorflow;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.deftstream.deft.prior.SongUNetConfig;
import org.deftstream.deft.prior.SongUNetConfig.Encoder;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TNumber;

/** Builds a {@link SongUNetConfig}, channels last, with the names of EDM. */
final class SongUNetGraph {
  private static final double EPS = 1e-6;
  private static final double DIVISOR = Math.sqrt(2);

  private final Ops tf;
  private final SongUNetConfig config;
  private final Layers layers;
  private final Resampling resampling;
  private final Operand<TFloat32> time;
  private final Deque<Picture> kept = new ArrayDeque<>();

  private SongUNetGraph(
      Ops tf, SongUNetConfig config, WeightSource weights, Operand<? extends TNumber> t) {
    this.tf = tf;
    this.config = config;
    this.layers = new Layers(tf, weights);
    this.resampling = new Resampling(tf, layers);
    this.time = embedding(t);
  }

  /**
   * Adds a network to a graph.
   *
   * @param x input, batch x size x size x channels
   * @param t what stands for the noise, one per row
   * @return output, the size of {@code x}
   */
  static Operand<TFloat32> build(
      Ops tf,
      SongUNetConfig config,
      WeightSource weights,
      Operand<TFloat32> x,
      Operand<? extends TNumber> t) {
    int side = config.sampleSize();
    var graph = new SongUNetGraph(tf, config, weights, t);
    return graph.up(graph.down(new Picture(x, side, side, config.channels()))).value();
  }

  private Operand<TFloat32> embedding(Operand<? extends TNumber> t) {
    int noise = config.noiseChannels();
    int width = config.timeChannels();
    Operand<TFloat32> wave;
    if (config.fourier()) {
      var column = tf.reshape(tf.dtypes.cast(t, TFloat32.class), tf.constant(new int[] {-1, 1}));
      var frequencies =
          tf.reshape(layers.table("map_noise.freqs", noise / 2), tf.constant(new int[] {1, -1}));
      var turns = tf.math.mul(column, frequencies);
      var angle = tf.math.mul(turns, tf.constant((float) (2 * Math.PI)));
      wave = tf.concat(List.of(tf.math.sin(angle), tf.math.cos(angle)), tf.constant(1));
    } else {
      wave = layers.sinusoidal(t, noise, 1, false);
    }
    var first = layers.silu(layers.linear("map_layer0", wave, noise, width));
    return layers.silu(layers.linear("map_layer1", first, width, width));
  }

  private String level(int l) {
    int side = config.sampleSize() >> l;
    return side + "x" + side;
  }

  private Picture down(Picture image) {
    int first = config.firstChannels();
    String name = "enc." + level(0) + "_conv";
    var x = image.with(layers.conv3(name, image.value(), image.channels(), first), first);
    kept.push(x);
    var beside = image;
    for (int l = 0; l < config.blockOutChannels().size(); l++) {
      String scale = "enc." + level(l) + "_";
      if (l > 0) {
        var filter = config.filtered() ? Resampling.Kind.FIR_DOWN : Resampling.Kind.MEAN_DOWN;
        x = block(scale + "down", x, x.channels(), filter, false);
        if (config.encoder() == Encoder.SKIP) {
          beside = resampling.apply(filter, beside);
          int c = x.channels();
          var part =
              layers.conv(scale + "aux_skip", beside.value(), beside.channels(), c, 1, 1, "SAME");
          x = x.with(tf.math.add(x.value(), part));
        } else if (config.encoder() == Encoder.RESIDUAL) {
          var part = smaller(scale + "aux_residual", beside, x.channels());
          x = x.with(layers.divide(tf.math.add(x.value(), part.value()), DIVISOR));
          beside = x;
        }
        kept.push(x);
      }
      for (int i = 0; i < config.layersPerBlock(); i++) {
        int out = config.blockOutChannels().get(l);
        x = block(scale + "block" + i, x, out, Resampling.Kind.NONE, config.attention().get(l));
        kept.push(x);
      }
    }
    return x;
  }

  private Picture smaller(String name, Picture x, int out) {
    if (config.filtered()) {
      return resampling.convolutionFirDown(name, x, out);
    }
    var y = x.with(layers.conv3(name, x.value(), x.channels(), out), out);
    return resampling.apply(Resampling.Kind.MEAN_DOWN, y);
  }

  private Picture up(Picture coarsest) {
    var filter = config.filtered() ? Resampling.Kind.FIR_UP : Resampling.Kind.NEAREST_UP;
    int last = config.blockOutChannels().size() - 1;
    var x = coarsest;
    Picture answer = null;
    for (int l = last; l >= 0; l--) {
      String scale = "dec." + level(l) + "_";
      if (l == last) {
        x = block(scale + "in0", x, x.channels(), Resampling.Kind.NONE, true);
        x = block(scale + "in1", x, x.channels(), Resampling.Kind.NONE, false);
      } else {
        x = block(scale + "up", x, x.channels(), filter, false);
      }
      for (int i = 0; i <= config.layersPerBlock(); i++) {
        boolean attended = i == config.layersPerBlock() && config.attention().get(l);
        int out = config.blockOutChannels().get(l);
        x = block(scale + "block" + i, joined(x, kept.pop()), out, Resampling.Kind.NONE, attended);
      }
      if (config.imagesUp() || l == 0) {
        var part = part(scale, x);
        if (answer != null) {
          var larger = resampling.apply(filter, answer);
          part = part.with(tf.math.add(part.value(), larger.value()));
        }
        answer = part;
      }
    }
    return answer;
  }

  /** What one scale answers. */
  private Picture part(String scale, Picture x) {
    int c = x.channels();
    var normed = layers.groupNorm(scale + "aux_norm", x.value(), c, Blocks.defaultGroups(c), EPS);
    int out = config.channels();
    return x.with(layers.conv3(scale + "aux_conv", layers.silu(normed), c, out), out);
  }

  private Picture joined(Picture a, Picture b) {
    var both = tf.concat(List.of(a.value(), b.value()), tf.constant(3));
    return a.with(both, a.channels() + b.channels());
  }

  private Picture block(String name, Picture x, int out, Resampling.Kind kind, boolean attended) {
    int in = x.channels();
    var normed = layers.groupNorm(name + ".norm0", x.value(), in, Blocks.defaultGroups(in), EPS);
    var inner = resampling.apply(kind, x.with(layers.silu(normed)));
    var h = layers.conv3(name + ".conv0", inner.value(), in, out);
    var told = layers.linear(name + ".affine", time, config.timeChannels(), out);
    int groups = Blocks.defaultGroups(out);
    h = tf.math.add(h, layers.spatial(told, out));
    h = layers.silu(layers.groupNorm(name + ".norm1", h, out, groups, EPS));
    h = layers.conv3(name + ".conv1", h, out, out);
    var straight = resampling.apply(kind, x).value();
    if (in != out || kind != Resampling.Kind.NONE) {
      straight = layers.conv(name + ".skip", straight, in, out, 1, 1, "SAME");
    }
    var sum = inner.with(layers.divide(tf.math.add(straight, h), DIVISOR), out);
    return attended ? layers.attention(name + ".attention", sum, out, groups, EPS, DIVISOR) : sum;
  }
}
