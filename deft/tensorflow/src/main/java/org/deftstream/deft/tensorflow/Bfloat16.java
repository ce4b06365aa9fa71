package org.deftstream.deft.tensorflow;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.StdArrays;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;

/**
 * Whether products are taken in bfloat16, with 8 bits of precision, instead of in float32. It is
 * several times faster on processors that multiply matrices in it (AMX) and slower on others that
 * merely know the format, so {@link #AUTO} measures: a few convolutions as a network has them, in
 * both, once for a process and a number of threads.
 */
public enum Bfloat16 {
  /** Where it is faster by a tenth at least. */
  AUTO,
  /** Always. */
  TRUE,
  /** Never. */
  FALSE;

  private static final Logger LOG = LoggerFactory.getLogger(Bfloat16.class);
  private static final double WORTH = 0.9;
  private static final int REPEATS = 5;
  private static final int LAYERS = 4;
  private static final int SIDE = 64;
  private static final int CHANNELS = 64;
  private static final ConcurrentHashMap<Integer, Boolean> MEASURED = new ConcurrentHashMap<>();

  /** From a setting: {@code auto}, {@code true} or {@code false}. */
  public static Bfloat16 of(String text) {
    return valueOf(text.toUpperCase(Locale.ROOT));
  }

  /**
   * Decides, and says in the log what {@link #AUTO} took. Takes about a second the first time.
   *
   * @param threads processor threads of a product
   */
  public boolean taken(int threads) {
    return switch (this) {
      case TRUE -> true;
      case FALSE -> false;
      case AUTO -> MEASURED.computeIfAbsent(threads, Bfloat16::faster);
    };
  }

  private static boolean faster(int threads) {
    double ratio = seconds(threads, true) / seconds(threads, false);
    boolean faster = ratio < WORTH;
    LOG.info(
        "products are taken in {}: in bfloat16 they take {} times as long as in float32 here",
        faster ? "bfloat16" : "float32",
        Math.round(ratio * 100) / 100.0);
    return faster;
  }

  /** The median of a few runs. */
  private static double seconds(int threads, boolean bfloat16) {
    TensorFlowBackend.start(SessionOptions.standard());
    try (var graph = new Graph();
        var session = new Session(graph, new SessionOptions(threads, bfloat16).toProto());
        var image = TFloat32.tensorOf(Shape.of(1, SIDE, SIDE, CHANNELS))) {
      var tf = Ops.create(graph);
      var input = tf.placeholder(TFloat32.class, Placeholder.shape(image.shape()));
      var kernel = tf.placeholder(TFloat32.class);
      Operand<TFloat32> layer = input;
      for (int i = 0; i < LAYERS; i++) {
        layer = tf.nn.relu(tf.nn.conv2d(layer, kernel, List.of(1L, 1L, 1L, 1L), "SAME"));
      }
      var sum = tf.reduceSum(layer, tf.constant(new int[] {0, 1, 2, 3}));
      var weights = new float[3][3][CHANNELS][CHANNELS];
      weights[1][1][0][0] = 1;
      var times = new double[REPEATS];
      try (var kernels = TFloat32.tensorOf(StdArrays.ndCopyOf(weights))) {
        for (int run = -1; run < REPEATS; run++) {
          long begun = System.nanoTime();
          session.runner().feed(input, image).feed(kernel, kernels).fetch(sum).run().close();
          if (run >= 0) {
            times[run] = (System.nanoTime() - begun) / 1e9;
          }
        }
      }
      Arrays.sort(times);
      return times[REPEATS / 2];
    }
  }
}
