package org.deftstream.deft.tensorflow;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.deftstream.deft.engine.OutOfDeviceMemoryException;
import org.deftstream.deft.prior.NetworkConfig;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.exceptions.TFResourceExhaustedException;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.random.RandomStandardNormal;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * A network with random weights, to find out how fast one of its size would be. The weights are
 * drawn where they stay, so nothing is written and the host keeps no copy. Owns its native memory;
 * not thread-safe.
 */
public final class RandomNetwork implements AutoCloseable {
  private static final int WARM_UP = 2;

  private final NetworkConfig config;
  private final Graph graph = new Graph();
  private final Session session;
  private final Placeholder<TFloat32> images;
  private final Placeholder<TInt32> timesteps;
  private final Operand<TFloat32> answer;
  private final long parameters;

  /** Draws the weights. */
  public RandomNetwork(NetworkConfig config, SessionOptions options) {
    this.config = config;
    TensorFlowBackend.start(options);
    session = new Session(graph, options.toProto());
    var tf = Ops.create(graph);
    images =
        tf.placeholder(
            TFloat32.class,
            Placeholder.shape(
                Shape.of(-1, config.sampleHeight(), config.sampleWidth(), config.inChannels())));
    timesteps = tf.placeholder(TInt32.class, Placeholder.shape(Shape.of(-1)));
    var weights = new VariableWeights(tf);
    answer = NetworkGraph.build(tf, config, weights, images, timesteps);
    parameters = weights.variables().keySet().stream().mapToLong(WeightSpec::size).sum();
    NativeCalls.call(
        () -> {
          weights
              .variables()
              .forEach(
                  (spec, variable) ->
                      session
                          .runner()
                          .addTarget(tf.assign(variable, drawn(tf, spec, variable.shape())))
                          .run()
                          .close());
          return null;
        });
  }

  private static Operand<TFloat32> drawn(Ops tf, WeightSpec spec, Shape shape) {
    var size = tf.constant(shape.asArray());
    if (spec.name().endsWith(".bias") || shape.numDimensions() < 2) {
      float value = spec.name().contains("norm") && !spec.name().endsWith(".bias") ? 1 : 0;
      return tf.fill(size, tf.constant(value));
    }
    long fanIn = spec.size() / spec.shape()[0];
    var normal =
        tf.random.randomStandardNormal(
            size, TFloat32.class, RandomStandardNormal.seed((long) spec.name().hashCode()));
    return tf.math.mul(normal, tf.constant((float) Math.sqrt(1.0 / fanIn)));
  }

  /** Number of weights. */
  public long parameters() {
    return parameters;
  }

  /**
   * Seconds of one evaluation, the way of images to the device and back included: the median of a
   * few.
   *
   * @param batch images of an evaluation
   * @param runs at least 1
   * @throws OutOfDeviceMemoryException if the device has no memory for that batch
   */
  public double seconds(int batch, int runs) {
    var x =
        new float
            [Math.multiplyExact(
                batch, config.sampleHeight() * config.sampleWidth() * config.inChannels())];
    var random = new SplittableRandom(1);
    for (int i = 0; i < x.length; i++) {
      x[i] = (float) random.nextGaussian();
    }
    var t = random.ints(batch, 0, 1000).toArray();
    var seconds = new double[runs];
    for (int i = -WARM_UP; i < runs; i++) {
      long begun = System.nanoTime();
      float[] values = NativeCalls.call(() -> run(x, t));
      if (!Float.isFinite(values[0])) {
        throw new IllegalStateException("the answer of random weights is not finite");
      }
      if (i >= 0) {
        seconds[i] = (System.nanoTime() - begun) / 1e9;
      }
    }
    Arrays.sort(seconds);
    return seconds[runs / 2];
  }

  private float[] run(float[] x, int[] t) {
    try (var input =
            Tensors.of(
                x, t.length, config.sampleHeight(), config.sampleWidth(), config.inChannels());
        var times = Tensors.of(t);
        var result =
            session.runner().feed(images, input).feed(timesteps, times).fetch(answer).run()) {
      return Tensors.toFloats((TFloat32) result.get(0));
    } catch (TFResourceExhaustedException e) {
      throw new OutOfDeviceMemoryException("no memory for a batch of " + t.length, e);
    }
  }

  @Override
  public void close() {
    NativeCalls.call(
        () -> {
          session.close();
          graph.close();
          return null;
        });
  }
}
