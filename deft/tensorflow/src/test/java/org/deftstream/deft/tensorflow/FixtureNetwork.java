package org.deftstream.deft.tensorflow;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.deftstream.deft.prior.ClassEmbedding;
import org.deftstream.deft.prior.UNetConfig;
import org.deftstream.deft.tensor.FloatTensor;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TNumber;

/** A network as the backend builds it, with the gradients of sum(output * cotangent). */
final class FixtureNetwork implements AutoCloseable {
  private final Graph graph = new Graph();
  private final UNetConfig config;
  private final Placeholder<TFloat32> theta;
  private final Placeholder<TFloat32> input;
  private final Placeholder<TInt32> timesteps;
  private final Placeholder<? extends TNumber> labels;
  private final Placeholder<TFloat32> cotangent;
  private final Operand<TFloat32> output;
  private final Output<?>[] gradients;
  private final List<WeightSpec> specs;
  private final Session session;

  /** Gradients by weight are in PyTorch's layout. */
  record Evaluation(float[] output, float[] inputGradient, Map<String, FloatTensor> gradients) {}

  FixtureNetwork(UNetConfig config) {
    this(config, false);
  }

  /**
   * Builds the network.
   *
   * @param optimised whether TensorFlow may rewrite the graph, as it does in the service
   */
  FixtureNetwork(UNetConfig config, boolean optimised) {
    this.config = config;
    var tf = Ops.create(graph);
    long h = config.sampleHeight();
    long w = config.sampleWidth();
    theta = tf.placeholder(TFloat32.class, Placeholder.shape(Shape.of(-1)));
    input = images(tf, h, w, config.inChannels());
    cotangent = images(tf, h, w, config.outChannels());
    timesteps = tf.placeholder(TInt32.class, Placeholder.shape(Shape.of(-1)));
    labels =
        config.needsLabels()
            ? tf.placeholder(EmbeddingGraph.labelType(config.classes()), Placeholder.shape(shape()))
            : null;
    var weights = new FlatWeights(tf, theta);
    output = UNetGraph.build(tf, config, weights, input, timesteps, labels);
    specs = weights.specs();
    var all = tf.constant(new int[] {0, 1, 2, 3});
    var product = tf.reduceSum(tf.math.mul(output, cotangent), all);
    gradients =
        graph.addGradients(
            product.asOutput(), new Output<?>[] {theta.asOutput(), input.asOutput()});
    session = new Session(graph, options(optimised));
  }

  /** Optimising takes seconds for each graph, however small, and running it milliseconds. */
  static ConfigProto options(boolean optimised) {
    var options = new SessionOptions(1, false).toProto().toBuilder();
    options.getGraphOptionsBuilder().getRewriteOptionsBuilder().setDisableMetaOptimizer(!optimised);
    return options.build();
  }

  private Shape shape() {
    return config.classes().kind() == ClassEmbedding.Kind.IDENTITY
        ? Shape.of(-1, config.time().width())
        : Shape.of(-1);
  }

  private static Placeholder<TFloat32> images(Ops tf, long h, long w, long channels) {
    return tf.placeholder(TFloat32.class, Placeholder.shape(Shape.of(-1, h, w, channels)));
  }

  List<WeightSpec> specs() {
    return specs;
  }

  Evaluation evaluate(UNetFixture f) {
    long rows = f.timesteps().length;
    long h = config.sampleHeight();
    long w = config.sampleWidth();
    try (var weights = floats(FlatWeights.flatten(specs, f.weights()));
        var x = Tensors.of(f.values("input"), rows, h, w, config.inChannels());
        var v = Tensors.of(f.values("cotangent"), rows, h, w, config.outChannels());
        var t = Tensors.of(f.timesteps());
        var classes = labels(f, rows)) {
      var runner = session.runner();
      runner.feed(theta, weights).feed(input, x).feed(cotangent, v).feed(timesteps, t);
      if (classes != null) {
        runner.feed(labels, classes);
      }
      try (var result = runner.fetch(output).fetch(gradients[0]).fetch(gradients[1]).run()) {
        return new Evaluation(
            Tensors.toFloats((TFloat32) result.get(0)),
            Tensors.toFloats((TFloat32) result.get(2)),
            split(Tensors.toFloats((TFloat32) result.get(1))));
      }
    }
  }

  private static TFloat32 floats(float[] values) {
    return Tensors.of(values, values.length);
  }

  private TNumber labels(UNetFixture f, long rows) {
    if (labels == null) {
      return null;
    }
    float[] values = f.values("labels");
    return config.classes().kind() == ClassEmbedding.Kind.IDENTITY
        ? Tensors.of(values, rows, config.time().width())
        : Tensors.of(UNetFixture.integers(values));
  }

  private Map<String, FloatTensor> split(float[] flat) {
    var byName = new TreeMap<String, FloatTensor>();
    int at = 0;
    for (var spec : specs) {
      int size = Math.toIntExact(spec.size());
      var part = Arrays.copyOfRange(flat, at, at + size);
      var here = new FloatTensor(spec.layout().toTensorFlow(spec.shape()), part);
      byName.put(spec.name(), spec.layout().toDiffusers(here, spec.shape()));
      at += size;
    }
    return byName;
  }

  @Override
  public void close() {
    session.close();
    graph.close();
  }
}
