package org.deftstream.deft.tensorflow;

import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.nn.DepthwiseConv2dNative;
import org.tensorflow.types.TFloat32;

/** The ways in which a {@code UNet2DModel} halves and doubles the size of an image. */
public final class Resampling {
  /** A change of size without weights, as it happens inside a residual block. */
  enum Kind {
    NONE,
    /** Every pixel becomes four. */
    NEAREST_UP,
    /** The mean of every four pixels. */
    MEAN_DOWN,
    /** The filter [1 3 3 1] in both directions (Zhang 2019), doubling. */
    FIR_UP,
    /** The same filter, halving. */
    FIR_DOWN
  }

  private final Ops tf;
  private final Layers layers;

  public Resampling(Ops tf, Layers layers) {
    this.tf = tf;
    this.layers = layers;
  }

  Picture apply(Kind kind, Picture x) {
    return switch (kind) {
      case NONE -> x;
      case NEAREST_UP -> nearestUp(x);
      case MEAN_DOWN -> meanDown(x);
      // [1 3 3 1] is [1 1] after [1 2 1]: only the latter is left to do beside the plain change.
      case FIR_UP -> blur(nearestUp(x));
      case FIR_DOWN -> meanDown(blur(x));
    };
  }

  /** Nearest neighbour, then a convolution. */
  Picture convolutionUp(String name, Picture x) {
    var up = nearestUp(x);
    return up.with(layers.conv3(name + ".conv", up.value(), x.channels(), x.channels()));
  }

  /**
   * A convolution of stride 2.
   *
   * @param padding 1 on all sides, or 0: one row and column of zeros at the far end, which on even
   *     sizes is what SAME means
   */
  Picture convolutionDown(String name, Picture x, int padding) {
    int c = x.channels();
    var y =
        padding == 0
            ? layers.conv(name + ".conv", x.value(), c, c, 3, 2, "SAME")
            : layers.conv(name + ".conv", border(x.value()), c, c, 3, 2, "VALID");
    return new Picture(y, x.height() / 2, x.width() / 2, c);
  }

  /** One row and column of zeros all around. */
  private Operand<TFloat32> border(Operand<TFloat32> x) {
    return tf.pad(x, tf.constant(new int[][] {{0, 0}, {1, 1}, {1, 1}, {0, 0}}), tf.constant(0f));
  }

  /**
   * A 3x3 convolution, then the filter [1 3 3 1] halving; what lies beyond the edge is what the
   * convolution makes of zeros there.
   */
  Picture convolutionFirDown(String name, Picture x, int out) {
    var wide = border(border(x.value()));
    var y = layers.conv(name, wide, x.channels(), out, 3, 1, "VALID");
    var blurred = blur(y, out, "VALID");
    return meanDown(new Picture(blurred, x.height(), x.width(), out));
  }

  private Picture nearestUp(Picture x) {
    int h = 2 * x.height();
    int w = 2 * x.width();
    var y = tf.image.resizeNearestNeighbor(x.value(), tf.constant(new int[] {h, w}));
    return new Picture(y, h, w, x.channels());
  }

  private Picture meanDown(Picture x) {
    var square = List.of(1L, 2L, 2L, 1L);
    var y = tf.nn.avgPool(x.value(), square, square, "VALID");
    return new Picture(y, x.height() / 2, x.width() / 2, x.channels());
  }

  /** The filter [1 2 1] / 4 in both directions; outside the image there are zeros. */
  private Picture blur(Picture x) {
    return x.with(blur(x.value(), x.channels(), "SAME"));
  }

  private Operand<TFloat32> blur(Operand<TFloat32> x, int channels, String padding) {
    var taps = new float[][] {{1, 2, 1}, {2, 4, 2}, {1, 2, 1}};
    var kernel = new float[3][3][channels][1];
    for (int i = 0; i < 3; i++) {
      for (int j = 0; j < 3; j++) {
        for (int c = 0; c < channels; c++) {
          kernel[i][j][c][0] = taps[i][j] / 16;
        }
      }
    }
    return tf.nn.depthwiseConv2dNative(
        x,
        tf.constant(kernel),
        List.of(1L, 1L, 1L, 1L),
        padding,
        new DepthwiseConv2dNative.Options[0]);
  }
}
