package org.deftstream.deft.tensorflow;

import java.util.List;
import org.deftstream.deft.prior.ClassEmbedding;
import org.deftstream.deft.prior.TimeEmbedding;
import org.deftstream.deft.prior.UNetConfig;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TNumber;

/** What a {@code UNet2DModel} makes of the timestep, and of a class label where it has classes. */
final class EmbeddingGraph {
  private final Ops tf;
  private final UNetConfig config;
  private final Layers layers;
  private final int first;
  private Operand<TFloat32> storedTimeTable;

  EmbeddingGraph(Ops tf, UNetConfig config, Layers layers) {
    this.tf = tf;
    this.config = config;
    this.layers = layers;
    this.first = config.blockOutChannels().get(0);
  }

  /**
   * Adds the embedding to the graph.
   *
   * @param t timesteps, TInt32, or noise levels, TFloat32, one per row
   * @param labels one per row: TInt32 classes or timesteps, or TFloat32 embeddings; null where the
   *     network has no classes
   * @return batch x embedding width, before any activation
   */
  Operand<TFloat32> build(Operand<? extends TNumber> t, Operand<? extends TNumber> labels) {
    var time = perceptron("time_embedding", wave(t));
    return switch (config.classes().kind()) {
      case NONE -> time;
      case IDENTITY -> tf.math.add(time, floats(labels));
      case TABLE -> {
        int rows = config.classes().classes();
        var table = layers.table("class_embedding.weight", rows, config.time().width());
        yield tf.math.add(time, lookUp(table, integers(labels), rows));
      }
      case TIMESTEP -> tf.math.add(time, perceptron("class_embedding", wave(integers(labels))));
    };
  }

  private Operand<TFloat32> wave(Operand<? extends TNumber> t) {
    return switch (config.time().kind()) {
      case POSITIONAL ->
          layers.sinusoidal(t, first, config.time().freqShift(), config.time().flipSinToCos());
      case LEARNED -> {
        int rows = config.time().trainTimesteps();
        yield lookUp(timeTable(rows, first), integers(t), rows);
      }
      case FOURIER -> {
        var column = tf.reshape(tf.math.log(cast(t)), tf.constant(new int[] {-1, 1}));
        var frequencies = tf.reshape(timeTable(first), tf.constant(new int[] {1, first}));
        var turns = tf.math.mul(column, frequencies);
        var angle = tf.math.mul(turns, tf.constant((float) (2 * Math.PI)));
        yield tf.concat(List.of(tf.math.sin(angle), tf.math.cos(angle)), tf.constant(1));
      }
    };
  }

  /** The weight that a timestep and a class label given as a timestep both go through. */
  private Operand<TFloat32> timeTable(int... shape) {
    if (storedTimeTable == null) {
      storedTimeTable = layers.table("time_proj.weight", shape);
    }
    return storedTimeTable;
  }

  /** Rows of a table, as a product: the gradient of a look-up is not registered for every form. */
  private Operand<TFloat32> lookUp(Operand<TFloat32> table, Operand<TInt32> index, int rows) {
    var chosen = tf.oneHot(index, tf.constant(rows), tf.constant(1f), tf.constant(0f));
    return tf.linalg.matMul(chosen, table);
  }

  private Operand<TFloat32> perceptron(String name, Operand<TFloat32> wave) {
    boolean fourier = config.time().kind() == TimeEmbedding.Kind.FOURIER;
    int width = config.time().width();
    var hidden =
        layers.silu(layers.linear(name + ".linear_1", wave, fourier ? 2 * first : first, width));
    return layers.linear(name + ".linear_2", hidden, width, width);
  }

  private Operand<TFloat32> cast(Operand<? extends TNumber> t) {
    return tf.dtypes.cast(t, TFloat32.class);
  }

  @SuppressWarnings("unchecked")
  private static Operand<TInt32> integers(Operand<? extends TNumber> labels) {
    return (Operand<TInt32>) labels;
  }

  @SuppressWarnings("unchecked")
  private static Operand<TFloat32> floats(Operand<? extends TNumber> labels) {
    return (Operand<TFloat32>) labels;
  }

  /** The type that labels must have. */
  static Class<? extends TNumber> labelType(ClassEmbedding classes) {
    return classes.kind() == ClassEmbedding.Kind.IDENTITY ? TFloat32.class : TInt32.class;
  }
}
