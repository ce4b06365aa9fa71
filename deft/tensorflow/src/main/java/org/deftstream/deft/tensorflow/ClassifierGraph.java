package org.deftstream.deft.tensorflow;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.tensor.FloatTensor;
import org.deftstream.deft.training.TrainableClassifier;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.core.Variable;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * A small convolutional classifier: three 3x3 convolutions, the last two of stride 2, with ReLU, a
 * hidden layer of {@link #FEATURES} units with ReLU, and one linear layer to the classes. The
 * hidden layer is the feature space. Owns the graph and its session. Used by one thread at a time.
 */
final class ClassifierGraph implements TrainableClassifier {
  /** Width of the penultimate layer. */
  static final int FEATURES = 64;

  private static final int[] WIDTHS = {16, 32, 64};
  private static final float BETA_1 = 0.9f;
  private static final float BETA_2 = 0.999f;
  private static final float EPSILON = 1e-8f;

  private final Graph graph = new Graph();
  private final Session session;
  private final ImageShape shape;
  private final Placeholder<TFloat32> input;
  private final Placeholder<TInt32> labels;
  private final Placeholder<TFloat32> learningRate;
  private final Placeholder<TFloat32> beta1Power;
  private final Placeholder<TFloat32> beta2Power;
  private final Operand<TFloat32> features;
  private final Operand<TFloat32> logits;
  private final Operand<TFloat32> loss;
  private final Map<WeightSpec, Variable<TFloat32>> variables;
  private final List<Op> update = new ArrayList<>();
  private final List<Op> resets = new ArrayList<>();
  private int steps;

  ClassifierGraph(ImageShape shape, int classes, SessionOptions options) {
    this.shape = shape;
    var tf = Ops.create(graph);
    var weights = new VariableWeights(tf);
    var layers = new Layers(tf, weights);
    input =
        tf.placeholder(
            TFloat32.class,
            Placeholder.shape(Shape.of(-1, shape.height(), shape.width(), shape.channels())));
    labels = tf.placeholder(TInt32.class, Placeholder.shape(Shape.of(-1)));
    learningRate = scalar(tf);
    beta1Power = scalar(tf);
    beta2Power = scalar(tf);
    Operand<TFloat32> x = input;
    int channels = shape.channels();
    int area = shape.height() * shape.width();
    for (int i = 0; i < WIDTHS.length; i++) {
      int stride = i == 0 ? 1 : 2;
      x = tf.nn.relu(layers.conv("conv" + (i + 1), x, channels, WIDTHS[i], 3, stride, "SAME"));
      channels = WIDTHS[i];
      area /= stride * stride;
    }
    int flat = area * channels;
    x = tf.reshape(x, tf.constant(new int[] {-1, flat}));
    features = tf.nn.relu(layers.linear("hidden", x, flat, FEATURES));
    logits = layers.linear("classes", features, FEATURES, classes);
    variables = weights.variables();
    var wanted = tf.oneHot(labels, tf.constant(classes), tf.constant(1f), tf.constant(0f));
    // Cross-entropy from the log-sum-exp: its registered gradients are right, and the logits of a
    // classifier are shifted by their maximum first, so that nothing overflows.
    var shifted =
        tf.math.sub(
            logits,
            tf.reshape(
                tf.stopGradient(tf.max(logits, tf.constant(1))), tf.constant(new int[] {-1, 1})));
    var normaliser = tf.math.log(tf.sum(tf.math.exp(shifted), tf.constant(1)));
    var chosen = tf.sum(tf.math.mul(shifted, wanted), tf.constant(1));
    loss = tf.math.mean(tf.math.sub(normaliser, chosen), tf.constant(0));
    buildUpdate(tf);
    session = new Session(graph, options.toProto());
  }

  private static Placeholder<TFloat32> scalar(Ops tf) {
    return tf.placeholder(TFloat32.class, Placeholder.shape(Shape.scalar()));
  }

  @SuppressWarnings("unchecked")
  private void buildUpdate(Ops tf) {
    var wanted = variables.values().stream().map(Variable::asOutput).toArray(Output<?>[]::new);
    var gradients = graph.addGradients(loss.asOutput(), wanted);
    int i = 0;
    for (var variable : variables.values()) {
      var first = tf.variable(variable.shape(), TFloat32.class);
      var second = tf.variable(variable.shape(), TFloat32.class);
      var dimensions = variable.shape().asArray();
      var zeros = tf.zeros(tf.constant(dimensions), TFloat32.class);
      resets.add(tf.assign(first, zeros));
      resets.add(tf.assign(second, zeros));
      update.add(
          tf.train.applyAdam(
              variable,
              first,
              second,
              beta1Power,
              beta2Power,
              learningRate,
              tf.constant(BETA_1),
              tf.constant(BETA_2),
              tf.constant(EPSILON),
              (Operand<TFloat32>) (Operand<?>) gradients[i++]));
    }
  }

  /** Fresh weights: variance 2 / fan-in, biases 0. */
  void initialize(long seed) {
    var random = new SplittableRandom(seed);
    var values = new LinkedHashMap<String, FloatTensor>();
    for (var spec : variables.keySet()) {
      var data = new float[Math.toIntExact(spec.size())];
      if (!spec.name().endsWith(".bias")) {
        double deviation = Math.sqrt(2.0 * spec.shape()[0] / spec.size());
        for (int i = 0; i < data.length; i++) {
          data[i] = (float) (random.nextGaussian() * deviation);
        }
      }
      values.put(spec.name(), new FloatTensor(spec.shape(), data));
    }
    load(values);
    var runner = session.runner();
    resets.forEach(runner::addTarget);
    runner.run().close();
  }

  /**
   * Gives the network its weights.
   *
   * @throws IllegalArgumentException if one is missing, has another shape or belongs to no layer
   */
  void load(Map<String, FloatTensor> weights) {
    WeightSpec.refuseUnused(variables.keySet(), weights);
    VariableWeights.fill(Ops.create(graph), session, variables, weights);
  }

  @Override
  public float step(float[] images, int[] wanted, double rate) {
    return NativeCalls.call(() -> oneStep(images, wanted, rate));
  }

  private float oneStep(float[] images, int[] wanted, double rate) {
    steps++;
    var runner = session.runner();
    try (var x = images(images, wanted.length);
        var y = Tensors.of(wanted);
        var lr = TFloat32.scalarOf((float) rate);
        var b1 = TFloat32.scalarOf((float) Math.pow(BETA_1, steps));
        var b2 = TFloat32.scalarOf((float) Math.pow(BETA_2, steps))) {
      runner.feed(input, x).feed(labels, y).feed(learningRate, lr);
      runner.feed(beta1Power, b1).feed(beta2Power, b2);
      update.forEach(runner::addTarget);
      try (var result = runner.fetch(loss).run()) {
        return ((TFloat32) result.get(0)).getFloat();
      }
    }
  }

  @Override
  public float[] features(float[] images, int count) {
    return NativeCalls.call(() -> evaluate(features, images, count));
  }

  @Override
  public int[] classify(float[] images, int count) {
    float[] values = NativeCalls.call(() -> evaluate(logits, images, count));
    int classes = values.length / count;
    var answers = new int[count];
    for (int i = 0; i < count; i++) {
      for (int c = 1; c < classes; c++) {
        if (values[i * classes + c] > values[i * classes + answers[i]]) {
          answers[i] = c;
        }
      }
    }
    return answers;
  }

  private float[] evaluate(Operand<TFloat32> wanted, float[] images, int count) {
    try (var x = images(images, count);
        var result = session.runner().feed(input, x).fetch(wanted).run()) {
      return Tensors.toFloats((TFloat32) result.get(0));
    }
  }

  private TFloat32 images(float[] images, int count) {
    return Tensors.of(images, count, shape.height(), shape.width(), shape.channels());
  }

  @Override
  public Map<String, FloatTensor> weights() {
    var runner = session.runner();
    variables.values().forEach(runner::fetch);
    var values = new LinkedHashMap<String, FloatTensor>();
    try (var result = runner.run()) {
      int i = 0;
      for (var spec : variables.keySet()) {
        var data = Tensors.toFloats((TFloat32) result.get(i++));
        var here = new FloatTensor(spec.layout().toTensorFlow(spec.shape()), data);
        values.put(spec.name(), spec.layout().toDiffusers(here, spec.shape()));
      }
    }
    return values;
  }

  @Override
  public void close() {
    session.close();
    graph.close();
  }
}
