package org.deftstream.deft.tensorflow;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import org.deftstream.deft.prior.NetworkConfig;
import org.deftstream.deft.tensor.FloatTensor;
import org.deftstream.deft.training.TrainableNetwork;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.core.Variable;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * A prior's or an adapter's network with its loss, gradients, Adam (Kingma and Ba), clipping of the
 * global gradient norm, and running average of the weights, as one TensorFlow graph. Owns the graph
 * and its session.
 */
final class TrainingGraph implements TrainableNetwork {
  private static final double BETA_1 = 0.9;
  private static final double BETA_2 = 0.999;
  private static final float EPSILON = 1e-8f;
  private static final float CLIP_NORM = 1f;

  private final Graph graph = new Graph();
  private final Session session;
  private final NetworkConfig config;
  private final Placeholder<TFloat32> input;
  private final Placeholder<TFloat32> gradient;
  private final Placeholder<TInt32> timesteps;
  private final Placeholder<TFloat32> target;
  private final Placeholder<TFloat32> learningRate;
  private final Placeholder<TFloat32> emaDecay;
  private final Placeholder<TFloat32> beta1Power;
  private final Placeholder<TFloat32> beta2Power;
  private final Operand<TFloat32> output;
  private final Operand<TFloat32> rowLoss;
  private final List<Op> update = new ArrayList<>();
  private final Map<WeightSpec, Slots> slots = new LinkedHashMap<>();
  private InputProduct product;
  private long steps;

  /** The four values that training keeps for one weight, and how to set them. */
  private record Slots(List<Slot> all) {
    Slot weight() {
      return all.get(0);
    }

    Slot average() {
      return all.get(3);
    }
  }

  private record Slot(
      String prefix, Variable<TFloat32> variable, Placeholder<TFloat32> feed, Op assign) {}

  private static final List<String> PREFIXES = List.of("weight/", "adam_m/", "adam_v/", "ema/");
  private static final String STEPS = "steps";

  TrainingGraph(
      NetworkConfig config, boolean adapter, double firstScale, ConfigProto options, long seed) {
    this.config = config;
    if (config.dropout() > 0) {
      throw new IllegalArgumentException(
          "unet config: dropout is " + config.dropout() + "; networks are trained here without it");
    }
    var tf = Ops.create(graph);
    long h = config.anySize() ? -1 : config.sampleHeight();
    long w = config.anySize() ? -1 : config.sampleWidth();
    input = image(tf, h, w, config.inChannels());
    target = image(tf, h, w, config.outChannels());
    timesteps = tf.placeholder(TInt32.class, Placeholder.shape(Shape.of(-1)));
    learningRate = scalar(tf);
    emaDecay = scalar(tf);
    beta1Power = scalar(tf);
    beta2Power = scalar(tf);
    var weights = new VariableWeights(tf);
    if (adapter) {
      gradient = image(tf, h, w, config.outChannels());
      output = AdapterGraph.build(tf, config, weights, input, gradient, timesteps);
    } else {
      gradient = null;
      output = NetworkGraph.build(tf, config, weights, input, timesteps);
    }
    rowLoss =
        tf.math.mean(tf.math.squaredDifference(output, target), tf.constant(new int[] {1, 2, 3}));
    buildUpdate(tf, weights.variables());
    session = new Session(graph, options);
    initialize(firstScale, seed);
  }

  private static Placeholder<TFloat32> image(Ops tf, long height, long width, long channels) {
    return tf.placeholder(TFloat32.class, Placeholder.shape(Shape.of(-1, height, width, channels)));
  }

  private static Placeholder<TFloat32> scalar(Ops tf) {
    return tf.placeholder(TFloat32.class, Placeholder.shape(Shape.scalar()));
  }

  private void buildUpdate(Ops tf, Map<WeightSpec, Variable<TFloat32>> variables) {
    var loss = tf.math.mean(rowLoss, tf.constant(0));
    var wanted = variables.values().stream().map(Variable::asOutput).toArray(Output<?>[]::new);
    var gradients = graph.addGradients(loss.asOutput(), wanted);
    List<Operand<TFloat32>> squares = new ArrayList<>();
    for (var g : gradients) {
      squares.add(tf.nn.l2Loss(floats(g)));
    }
    var norm = tf.math.sqrt(tf.math.mul(tf.math.addN(squares), tf.constant(2f)));
    var clip = tf.math.div(tf.constant(CLIP_NORM), tf.math.maximum(norm, tf.constant(CLIP_NORM)));
    int i = 0;
    for (var e : variables.entrySet()) {
      var variable = e.getValue();
      var all = new ArrayList<Slot>();
      for (String prefix : PREFIXES) {
        var v = all.isEmpty() ? variable : tf.variable(variable.shape(), TFloat32.class);
        var feed = tf.placeholder(TFloat32.class, Placeholder.shape(variable.shape()));
        all.add(new Slot(prefix, v, feed, tf.assign(v, feed)));
      }
      var s = new Slots(all);
      slots.put(e.getKey(), s);
      var clipped = tf.math.mul(floats(gradients[i++]), clip);
      var applied =
          tf.train.applyAdam(
              variable,
              all.get(1).variable(),
              all.get(2).variable(),
              beta1Power,
              beta2Power,
              learningRate,
              tf.constant((float) BETA_1),
              tf.constant((float) BETA_2),
              tf.constant(EPSILON),
              clipped);
      var average = s.average().variable();
      var step = tf.math.mul(tf.math.sub(applied, average), tf.math.sub(tf.constant(1f), emaDecay));
      update.add(tf.assignAdd(average, step));
    }
  }

  @SuppressWarnings("unchecked")
  private static Operand<TFloat32> floats(Output<?> output) {
    return (Operand<TFloat32>) (Operand<?>) output;
  }

  private void initialize(double firstScale, long seed) {
    var random = new SplittableRandom(seed);
    var values = new LinkedHashMap<Slot, FloatTensor>();
    slots.forEach((spec, s) -> begin(values, s, Initializer.initial(spec, firstScale, random)));
    assign(values);
  }

  /** Weight and average at a value, the optimiser's moments at zero. */
  private static void begin(Map<Slot, FloatTensor> values, Slots slots, FloatTensor value) {
    var zero = new FloatTensor(value.shape(), new float[value.data().length]);
    slots.all().forEach(slot -> values.put(slot, zero));
    values.put(slots.weight(), value);
    values.put(slots.average(), value);
  }

  /** Sets values in one run: TensorFlow optimises the graph anew for every set of targets. */
  private void assign(Map<Slot, FloatTensor> values) {
    var runner = session.runner();
    var tensors = new ArrayList<TFloat32>();
    try {
      values.forEach(
          (slot, value) -> {
            var tensor = Tensors.of(value);
            tensors.add(tensor);
            runner.feed(slot.feed(), tensor).addTarget(slot.assign());
          });
      runner.run().close();
    } finally {
      tensors.forEach(TFloat32::close);
    }
  }

  private int height(int values, int rows, int channels) {
    return config.anySize() ? side(values, rows, channels) : config.sampleHeight();
  }

  private int width(int values, int rows, int channels) {
    return config.anySize() ? side(values, rows, channels) : config.sampleWidth();
  }

  /** Networks of any size are trained on squares. */
  private static int side(int values, int rows, int channels) {
    int side = (int) Math.round(Math.sqrt((double) values / rows / channels));
    if (side * side * channels * rows != values) {
      throw new IllegalArgumentException(
          values + " values are no " + rows + " squares of " + channels + " channels");
    }
    return side;
  }

  @Override
  public float[] step(float[] in, float[] g, int[] t, float[] want, double rate, double decay) {
    int rows = t.length;
    int h = height(want.length, rows, config.outChannels());
    int w = width(want.length, rows, config.outChannels());
    steps++;
    var runner = session.runner();
    try (var x = Tensors.of(in, rows, h, w, config.inChannels());
        var y = Tensors.of(want, rows, h, w, config.outChannels());
        var time = Tensors.of(t);
        var lr = TFloat32.scalarOf((float) rate);
        var ema = TFloat32.scalarOf((float) decay);
        var b1 = TFloat32.scalarOf((float) Math.pow(BETA_1, (double) steps));
        var b2 = TFloat32.scalarOf((float) Math.pow(BETA_2, (double) steps));
        var likelihood = g == null ? null : Tensors.of(g, rows, h, w, config.outChannels())) {
      runner.feed(input, x).feed(target, y).feed(timesteps, time);
      runner.feed(learningRate, lr).feed(emaDecay, ema).feed(beta1Power, b1).feed(beta2Power, b2);
      if (likelihood != null) {
        runner.feed(gradient, likelihood);
      }
      update.forEach(runner::addTarget);
      try (Result result = runner.fetch(rowLoss).run()) {
        return Tensors.toFloats((TFloat32) result.get(0));
      }
    }
  }

  @Override
  public float[] predict(float[] in, float[] g, int[] t) {
    int rows = t.length;
    int h = height(in.length, rows, config.inChannels());
    int w = width(in.length, rows, config.inChannels());
    return predict(in, g, t, h, w);
  }

  @Override
  public float[] predict(float[] in, float[] g, int[] t, int h, int w) {
    return ask(in, g, t, h, w, runner -> runner.fetch(output));
  }

  @Override
  public float[] vectorJacobian(float[] in, float[] g, int[] t, float[] v) {
    int rows = t.length;
    int h = height(in.length, rows, config.inChannels());
    int w = width(in.length, rows, config.inChannels());
    if (product == null) {
      product = new InputProduct(graph, input, output);
    }
    try (var cotangent = Tensors.of(v, rows, h, w, config.outChannels())) {
      return ask(in, g, t, h, w, runner -> product.fetch(runner, cotangent));
    }
  }

  private float[] ask(
      float[] in, float[] g, int[] t, int h, int w, UnaryOperator<Session.Runner> fetching) {
    int rows = t.length;
    try (var x = Tensors.of(in, rows, h, w, config.inChannels());
        var time = Tensors.of(t);
        var likelihood = g == null ? null : Tensors.of(g, rows, h, w, config.outChannels())) {
      var runner = session.runner().feed(input, x).feed(timesteps, time);
      if (likelihood != null) {
        runner.feed(gradient, likelihood);
      }
      try (Result result = fetching.apply(runner).run()) {
        return Tensors.toFloats((TFloat32) result.get(0));
      }
    }
  }

  @Override
  public Map<String, FloatTensor> averagedWeights() {
    var wanted = new LinkedHashMap<String, Named>();
    slots.forEach((spec, s) -> wanted.put(spec.name(), new Named(spec, s.average())));
    return fetch(wanted);
  }

  private record Named(WeightSpec spec, Slot slot) {}

  private Map<String, FloatTensor> fetch(Map<String, Named> wanted) {
    var runner = session.runner();
    wanted.values().forEach(n -> runner.fetch(n.slot().variable()));
    var values = new LinkedHashMap<String, FloatTensor>();
    try (Result result = runner.run()) {
      int i = 0;
      for (var e : wanted.entrySet()) {
        var spec = e.getValue().spec();
        var data = Tensors.toFloats((TFloat32) result.get(i++));
        var here = new FloatTensor(spec.layout().toTensorFlow(spec.shape()), data);
        values.put(e.getKey(), spec.layout().toDiffusers(here, spec.shape()));
      }
    }
    return values;
  }

  @Override
  public Map<String, FloatTensor> state() {
    var wanted = new LinkedHashMap<String, Named>();
    slots.forEach(
        (spec, s) ->
            s.all().forEach(v -> wanted.put(v.prefix() + spec.name(), new Named(spec, v))));
    var state = fetch(wanted);
    state.put(STEPS, new FloatTensor(new int[] {1}, new float[] {steps}));
    return state;
  }

  @Override
  public void restore(Map<String, FloatTensor> state) {
    var values = new LinkedHashMap<Slot, FloatTensor>();
    slots.forEach(
        (spec, s) ->
            s.all()
                .forEach(
                    v -> {
                      String key = v.prefix() + spec.name();
                      values.put(v, new WeightSpec(key, spec.layout(), spec.shape()).select(state));
                    }));
    assign(values);
    steps = (long) state.get(STEPS).data()[0];
  }

  @Override
  public void warmStart(Map<String, FloatTensor> weights) {
    var values = new LinkedHashMap<Slot, FloatTensor>();
    slots.forEach((spec, s) -> begin(values, s, spec.select(weights)));
    assign(values);
    steps = 0;
  }

  @Override
  public long parameters() {
    return slots.keySet().stream().mapToLong(WeightSpec::size).sum();
  }

  @Override
  public void close() {
    session.close();
    graph.close();
  }
}
