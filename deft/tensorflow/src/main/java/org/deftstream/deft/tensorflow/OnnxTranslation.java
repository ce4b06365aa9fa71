package org.deftstream.deft.tensorflow;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.deftstream.deft.tensor.FloatTensor;
import org.deftstream.deft.tensor.TensorSource;
import org.deftstream.deft.tensorflow.OnnxGraph.Attributes;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.types.TFloat32;

/**
 * The operations of our TensorFlow graphs, one by one, as those of ONNX: every kind of network is
 * written by the same few lines. Images stay with channels last between operations; those of ONNX
 * that want them first have a transposition before and behind, which runtimes move out of the way.
 */
final class OnnxTranslation {
  private static final long[] TO_FIRST = {0, 3, 1, 2};
  private static final long[] TO_LAST = {0, 2, 3, 1};
  private static final Attributes NONE = new Attributes();
  private static final long ALL = Long.MAX_VALUE;

  /** Those that have the same meaning in both. */
  private static final Map<String, String> ALIKE =
      Map.ofEntries(
          Map.entry("Add", "Add"),
          Map.entry("AddV2", "Add"),
          Map.entry("BiasAdd", "Add"),
          Map.entry("Sub", "Sub"),
          Map.entry("Mul", "Mul"),
          Map.entry("Div", "Div"),
          Map.entry("RealDiv", "Div"),
          Map.entry("Maximum", "Max"),
          Map.entry("MatMul", "MatMul"),
          Map.entry("Sigmoid", "Sigmoid"),
          Map.entry("Tanh", "Tanh"),
          Map.entry("Softplus", "Softplus"),
          Map.entry("Erf", "Erf"),
          Map.entry("Relu", "Relu"),
          Map.entry("Log", "Log"),
          Map.entry("Exp", "Exp"),
          Map.entry("Sin", "Sin"),
          Map.entry("Cos", "Cos"),
          Map.entry("Softmax", "Softmax"),
          Map.entry("Shape", "Shape"),
          Map.entry("Identity", "Identity"));

  private final OnnxGraph onnx;
  private final Map<String, NodeDef> nodes = new HashMap<>();
  private final List<NodeDef> order = new ArrayList<>();
  private final Map<String, WeightSpec> variables = new HashMap<>();
  private final Map<String, ? extends TensorSource> weights;
  private final Map<String, String> inputs;
  private final Set<String> constants = new HashSet<>();

  /**
   * A translation of one graph.
   *
   * @param variables what the graph's variables are
   * @param weights by their names in diffusers
   * @param inputs the names that the graph's placeholders have in ONNX
   */
  OnnxTranslation(
      Graph graph,
      VariableWeights variables,
      Map<String, ? extends TensorSource> weights,
      Map<String, String> inputs,
      OnnxGraph onnx) {
    this.onnx = onnx;
    this.weights = weights;
    this.inputs = inputs;
    for (var node : graph.toGraphDef().getNodeList()) {
      nodes.put(node.getName(), node);
      order.add(node);
    }
    variables.variables().forEach((spec, v) -> this.variables.put(v.op().name(), spec));
  }

  /** Translates all that an operand is made of; returns its name. */
  String translate(Operand<TFloat32> wanted) {
    String name = wanted.op().name();
    var needed = needed(name);
    // A graph is kept in the order in which it was made: what a node needs comes before it.
    for (var node : order) {
      if (needed.contains(node.getName())) {
        translate(node);
      }
    }
    return name;
  }

  private Set<String> needed(String name) {
    var needed = new HashSet<String>();
    var open = new ArrayDeque<String>(List.of(name));
    while (!open.isEmpty()) {
      String next = open.pop();
      if (needed.add(next)) {
        nodes.get(next).getInputList().forEach(input -> open.push(producer(input)));
      }
    }
    return needed;
  }

  private static String producer(String input) {
    int colon = input.indexOf(':');
    return colon < 0 ? input : input.substring(0, colon);
  }

  private String input(NodeDef node, int i) {
    String name = node.getInput(i);
    var producer = nodes.get(producer(name));
    // Not those that are read here only: shapes, axes, filters.
    if (producer.getOp().equals("Const") && constants.add(name)) {
      GraphConstants.put(producer, onnx);
    }
    return inputs.getOrDefault(name, name);
  }

  private long[] integers(NodeDef node, int i) {
    return GraphConstants.integers(nodes.get(producer(node.getInput(i))));
  }

  private String put(String operator, NodeDef node, List<String> from, Attributes attributes) {
    return onnx.node(operator, from, attributes, node.getName());
  }

  private String part(String operator, NodeDef node, String suffix, String from, Attributes a) {
    return onnx.node(operator, List.of(from), a, node.getName() + "/" + suffix);
  }

  private String first(NodeDef node, String from) {
    return part("Transpose", node, "first", from, new Attributes().numbers("perm", TO_FIRST));
  }

  private void last(NodeDef node, String from) {
    put("Transpose", node, List.of(from), new Attributes().numbers("perm", TO_LAST));
  }

  private void translate(NodeDef node) {
    String alike = ALIKE.get(node.getOp());
    if (alike != null) {
      var from = new ArrayList<String>();
      for (int i = 0; i < node.getInputCount(); i++) {
        from.add(input(node, i));
      }
      put(alike, node, from, NONE);
      return;
    }
    switch (node.getOp()) {
      case "Placeholder", "Const" -> {}
      case "VariableV2" -> variable(node, false);
      case "Conv2D" -> convolution(node);
      case "DepthwiseConv2dNative" -> depthwise(node);
      case "AvgPool" -> {
        var a = new Attributes().numbers("kernel_shape", 2, 2).numbers("strides", 2, 2);
        last(node, part("AveragePool", node, "pool", first(node, input(node, 0)), a));
      }
      case "DepthToSpace" -> {
        long size = node.getAttrOrThrow("block_size").getI();
        var a = new Attributes().number("blocksize", size).text("mode", "DCR");
        last(node, part("DepthToSpace", node, "spread", first(node, input(node, 0)), a));
      }
      case "SpaceToDepth" -> {
        var a = new Attributes().number("blocksize", node.getAttrOrThrow("block_size").getI());
        last(node, part("SpaceToDepth", node, "fold", first(node, input(node, 0)), a));
      }
      // Only ever to twice the size.
      case "ResizeNearestNeighbor" ->
          put(
              "Resize",
              node,
              List.of(input(node, 0), "", onnx.constant(new long[] {4}, 1, 2, 2, 1)),
              new Attributes()
                  .text("mode", "nearest")
                  .text("coordinate_transformation_mode", "asymmetric")
                  .text("nearest_mode", "floor"));
      default -> rearranging(node);
    }
  }

  private void rearranging(NodeDef node) {
    String x = input(node, 0);
    switch (node.getOp()) {
      case "Cast" -> put("Cast", node, List.of(x), new Attributes().number("to", 1));
      case "Square" -> put("Mul", node, List.of(x, x), NONE);
      case "Rsqrt" -> put("Reciprocal", node, List.of(part("Sqrt", node, "root", x, NONE)), NONE);
      case "Mean" ->
          put(
              "ReduceMean",
              node,
              List.of(x),
              new Attributes()
                  .numbers("axes", integers(node, 1))
                  .number("keepdims", node.getAttrOrThrow("keep_dims").getB() ? 1 : 0));
      case "Reshape" -> put("Reshape", node, List.of(x, shape(node)), NONE);
      case "Tile" -> put("Tile", node, List.of(x, onnx.integers(integers(node, 1))), NONE);
      case "Transpose" ->
          put("Transpose", node, List.of(x), new Attributes().numbers("perm", integers(node, 1)));
      case "GatherV2" ->
          put(
              "Gather",
              node,
              List.of(x, input(node, 1)),
              new Attributes().number("axis", integers(node, 2)[0]));
      case "OnesLike" -> {
        String shape = part("Shape", node, "shape", x, NONE);
        put("ConstantOfShape", node, List.of(shape), new Attributes().one("value", 1));
      }
      case "OneHot" -> {
        String values = onnx.constant(new long[] {2}, 0, 1);
        String rows = onnx.integers(integers(node, 1));
        put("OneHot", node, List.of(x, rows, values), new Attributes().number("axis", -1));
      }
      case "ConcatV2" -> {
        int axis = node.getInputCount() - 1;
        var from = new ArrayList<String>();
        for (int i = 0; i < axis; i++) {
          from.add(input(node, i));
        }
        put("Concat", node, from, new Attributes().number("axis", integers(node, axis)[0]));
      }
      case "Split" -> split(node);
      case "Slice" -> slice(node, x);
      case "PadV2", "Pad" -> pad(node, x);
      default -> product(node);
    }
  }

  private String shape(NodeDef node) {
    var producer = nodes.get(producer(node.getInput(1)));
    return producer.getOp().equals("Const")
        ? onnx.integers(GraphConstants.integers(producer))
        : input(node, 1);
  }

  private void split(NodeDef node) {
    long parts = node.getAttrOrThrow("num_split").getI();
    var outputs = new String[(int) parts];
    for (int i = 0; i < parts; i++) {
      outputs[i] = i == 0 ? node.getName() : node.getName() + ":" + i;
    }
    var axis = new Attributes().number("axis", integers(node, 0)[0]);
    onnx.node("Split", List.of(input(node, 1)), axis, outputs);
  }

  private void slice(NodeDef node, String x) {
    long[] begin = integers(node, 1);
    long[] size = integers(node, 2);
    var end = new long[begin.length];
    for (int i = 0; i < end.length; i++) {
      end[i] = size[i] < 0 ? ALL : begin[i] + size[i];
    }
    put("Slice", node, List.of(x, onnx.integers(begin), onnx.integers(end)), NONE);
  }

  private void pad(NodeDef node, String x) {
    long[] pairs = integers(node, 1);
    int sides = pairs.length / 2;
    var pads = new long[pairs.length];
    for (int i = 0; i < sides; i++) {
      pads[i] = pairs[2 * i];
      pads[sides + i] = pairs[2 * i + 1];
    }
    put("Pad", node, List.of(x, onnx.integers(pads)), NONE);
  }

  private void product(NodeDef node) {
    if (!node.getOp().startsWith("BatchMatMul")) {
      throw new IllegalStateException("no operation of ONNX is known for " + node.getOp());
    }
    String right = input(node, 1);
    if (node.getAttrOrThrow("adj_y").getB()) {
      var swap = new Attributes().numbers("perm", 0, 1, 3, 2);
      right = part("Transpose", node, "right", right, swap);
    }
    put("MatMul", node, List.of(input(node, 0), right), NONE);
  }

  private void convolution(NodeDef node) {
    var filter = nodes.get(producer(node.getInput(1)));
    String name = variable(filter, true);
    long stride = node.getAttrOrThrow("strides").getList().getI(1);
    var a = new Attributes().numbers("strides", stride, stride);
    padding(node, a);
    String x = first(node, input(node, 0));
    last(node, onnx.node("Conv", List.of(x, name), a, node.getName() + "/conv"));
  }

  private void depthwise(NodeDef node) {
    var filter = nodes.get(producer(node.getInput(1)));
    long[] shape = GraphConstants.shape(filter);
    int channels = (int) shape[2];
    int taps = (int) (shape[0] * shape[1]);
    float[] values = GraphConstants.floats(filter);
    var turned = new float[values.length];
    for (int c = 0; c < channels; c++) {
      for (int i = 0; i < taps; i++) {
        turned[c * taps + i] = values[i * channels + c];
      }
    }
    String name = onnx.constant(new long[] {channels, 1, shape[0], shape[1]}, turned);
    var a = new Attributes().number("group", channels);
    padding(node, a);
    String x = first(node, input(node, 0));
    last(node, onnx.node("Conv", List.of(x, name), a, node.getName() + "/conv"));
  }

  private static void padding(NodeDef node, Attributes attributes) {
    boolean same = node.getAttrOrThrow("padding").getS().toStringUtf8().equals("SAME");
    attributes.text("auto_pad", same ? "SAME_UPPER" : "VALID");
  }

  /** Adds a weight; a filter has its channels first. Returns its name. */
  private String variable(NodeDef node, boolean filter) {
    var spec = variables.get(node.getName());
    boolean convolution =
        spec.layout() == WeightLayout.CONV || spec.layout() == WeightLayout.CONV_UP;
    if (convolution == filter) {
      onnx.weight(spec.name(), new Turned(spec, filter, weights));
      if (!filter) {
        onnx.node("Identity", List.of(spec.name()), NONE, node.getName());
      }
    }
    return spec.name();
  }

  /** A weight in ONNX's layout. */
  private record Turned(
      WeightSpec spec, boolean filter, Map<String, ? extends TensorSource> weights)
      implements TensorSource {
    @Override
    public int[] shape() {
      int[] s = spec.layout().toTensorFlow(spec.shape());
      return filter ? new int[] {s[3], s[2], s[0], s[1]} : s;
    }

    @Override
    public FloatTensor read() {
      var tensor = spec.select(weights);
      return filter
          ? new FloatTensor(shape(), WeightLayout.CONV.toDiffusers(tensor, shape()).data())
          : tensor;
    }
  }
}
