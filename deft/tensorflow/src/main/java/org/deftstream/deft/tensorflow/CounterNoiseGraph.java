package org.deftstream.deft.tensorflow;

import java.util.List;
import org.deftstream.deft.sampler.CounterNoise;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Stack;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TInt64;

/**
 * The noise of {@link CounterNoise} as operations of a graph: Philox4x32-10 in 64-bit integers,
 * exact, and the Box-Muller transform in double precision with the device's own logarithm, sine and
 * cosine, so that a number is the host's or its neighbour in float32.
 */
final class CounterNoiseGraph {
  private static final long MULTIPLIER_0 = 0xD2511F53L;
  private static final long MULTIPLIER_1 = 0xCD9E8D57L;
  private static final long WEYL_0 = 0x9E3779B9L;
  private static final long WEYL_1 = 0xBB67AE85L;
  private static final long WORD = 0xFFFFFFFFL;
  private static final int ROUNDS = 10;
  private static final double UNIT = 0x1p-32;

  /** Numbers that {@link #counters} has for each row. */
  static final int COUNTERS = 4;

  private final Ops tf;
  private final Operand<TInt64> word;
  private final Operand<TInt64> half;

  private CounterNoiseGraph(Ops tf) {
    this.tf = tf;
    word = tf.constant(WORD);
    half = tf.constant(32L);
  }

  /**
   * What {@link #values} is told of a row: both words of the key, the sample and the step.
   *
   * @param step the timestep whose step adds the noise
   */
  static long[] counters(CounterNoise noise, int step) {
    long seed = noise.seed();
    return new long[] {seed & WORD, seed >>> 32, noise.sampleIndex(), step & WORD};
  }

  /**
   * Adds standard normal values to a graph.
   *
   * @param counters {@link #COUNTERS} x batch x 1, each row's as {@link #counters} has them
   * @param size values of each row
   * @return batch x size
   */
  static Operand<TFloat32> values(Ops tf, Operand<TInt64> counters, int size) {
    return new CounterNoiseGraph(tf).values(counters, size);
  }

  private Operand<TFloat32> values(Operand<TInt64> counters, int size) {
    int blocks = (size + 3) / 4;
    var bits = encrypted(tf.unstack(counters, (long) COUNTERS).output(), blocks);
    var first = pair(bits.get(0), bits.get(1));
    var second = pair(bits.get(2), bits.get(3));
    var interleaved =
        tf.stack(List.of(first.get(0), first.get(1), second.get(0), second.get(1)), Stack.axis(2L));
    var flat = tf.reshape(interleaved, tf.constant(new int[] {-1, 4 * blocks}));
    return tf.slice(flat, tf.constant(new int[] {0, 0}), tf.constant(new int[] {-1, size}));
  }

  /** Four words of random bits for each block. Words that do not depend on it yet have one. */
  private List<Operand<TInt64>> encrypted(List<? extends Operand<TInt64>> row, int blocks) {
    Operand<TInt64> c0 =
        tf.reshape(
            tf.range(tf.constant(0L), tf.constant((long) blocks), tf.constant(1L)),
            tf.constant(new int[] {1, blocks}));
    Operand<TInt64> c1 = row.get(2);
    Operand<TInt64> c2 = row.get(3);
    Operand<TInt64> c3 = tf.constant(0L);
    for (int round = 0; round < ROUNDS; round++) {
      var product0 = tf.math.mul(c0, tf.constant(MULTIPLIER_0));
      var product1 = tf.math.mul(c2, tf.constant(MULTIPLIER_1));
      var key0 = tf.math.add(row.get(0), tf.constant(round * WEYL_0));
      var key1 = tf.math.add(row.get(1), tf.constant(round * WEYL_1));
      // The low words keep what is above them until they are multiplied.
      c0 = low(xor(xor(high(product1), c1), key0));
      c2 = low(xor(xor(high(product0), c3), key1));
      c1 = product1;
      c3 = product0;
    }
    return List.of(c0, low(c1), c2, low(c3));
  }

  private Operand<TInt64> low(Operand<TInt64> value) {
    return tf.bitwise.bitwiseAnd(value, word);
  }

  /** The high word, with the sign above it. */
  private Operand<TInt64> high(Operand<TInt64> value) {
    return tf.bitwise.rightShift(value, half);
  }

  private Operand<TInt64> xor(Operand<TInt64> a, Operand<TInt64> b) {
    return tf.bitwise.bitwiseXor(a, b);
  }

  /** Two normal numbers of two words. */
  private List<Operand<TFloat32>> pair(Operand<TInt64> first, Operand<TInt64> second) {
    var u = tf.math.mul(tf.math.add(exact(first), tf.constant(0.5)), tf.constant(UNIT));
    var radius = tf.math.sqrt(tf.math.mul(tf.math.log(u), tf.constant(-2.0)));
    var angle = tf.math.mul(exact(second), tf.constant(2 * Math.PI * UNIT));
    return List.of(
        single(tf.math.mul(radius, tf.math.cos(angle))),
        single(tf.math.mul(radius, tf.math.sin(angle))));
  }

  private Operand<TFloat64> exact(Operand<TInt64> word) {
    return tf.dtypes.cast(word, TFloat64.class);
  }

  private Operand<TFloat32> single(Operand<TFloat64> value) {
    return tf.dtypes.cast(value, TFloat32.class);
  }
}
