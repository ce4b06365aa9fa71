package org.deftstream.deft.tensorflow;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.deftstream.deft.prior.NetworkConfig;
import org.deftstream.deft.prior.PriorDirectory;
import org.tensorflow.Graph;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.Session;
import org.tensorflow.SessionFunction;
import org.tensorflow.Signature;
import org.tensorflow.TensorFlow;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.OpDef;
import org.tensorflow.proto.SavedModel;
import org.tensorflow.proto.TensorProto;
import org.tensorflow.proto.TensorShapeProto;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/** A SavedModel of a prior's network as TensorFlow writes it, and the same in other forms. */
final class SavedModelFixture {
  private static final String VARIABLES = "variables/variables";
  private static final Map<String, OpDef> OPERATIONS =
      TensorFlow.registeredOpList().getOpList().stream()
          .collect(Collectors.toMap(OpDef::getName, o -> o));

  private final Path folder;

  /** Writes the network of a prior, as it answers, with TensorFlow's own exporter. */
  SavedModelFixture(Path folder, PriorDirectory prior) {
    this.folder = folder;
    NetworkConfig network = prior.unet();
    try (var weights = prior.openWeights();
        var graph = new Graph();
        var session = new Session(graph)) {
      var tf = Ops.create(graph);
      var sides = Shape.of(-1, network.sampleHeight(), network.sampleWidth(), network.inChannels());
      var x = tf.placeholder(TFloat32.class, Placeholder.shape(sides));
      var t = tf.placeholder(TInt32.class, Placeholder.shape(Shape.of(-1)));
      var variables = new VariableWeights(tf);
      var answer = NetworkGraph.build(tf, network, variables, x, t);
      VariableWeights.fill(tf, session, variables.variables(), weights.tensors());
      var signature =
          Signature.builder().input("images", x).input("steps", t).output("noise", answer).build();
      SavedModelBundle.exporter(folder.toString())
          .withTags("serve")
          .withFunction(SessionFunction.create(signature, session))
          .export();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Path folder() {
    return folder;
  }

  /** Writes a copy with another graph. */
  Path changed(Path copy, Consumer<MetaGraphDef.Builder> change) {
    try {
      Files.createDirectories(copy.resolve("variables"));
      for (String file : List.of(".index", ".data-00000-of-00001")) {
        Files.copy(folder.resolve(VARIABLES + file), copy.resolve(VARIABLES + file));
      }
      var model = SavedModel.parseFrom(Files.readAllBytes(file(folder))).toBuilder();
      change.accept(model.getMetaGraphsBuilder(0));
      Files.write(file(copy), model.build().toByteArray());
      return copy;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Path file(Path folder) {
    return folder.resolve("saved_model.pb");
  }

  /** Puts an operation between the network and its output, with more operands. */
  static void behindTheAnswer(
      MetaGraphDef.Builder graph, NodeDef.Builder operation, String... more) {
    var signature = graph.getSignatureDefOrThrow(Signatures.KEY).toBuilder();
    var answer = signature.getOutputsOrThrow("noise");
    graph
        .getGraphDefBuilder()
        .addNode(
            operation
                .setName("behind")
                .addInput(answer.getName().replaceFirst(":0$", ""))
                .addAllInput(List.of(more)));
    signature.putOutputs("noise", answer.toBuilder().setName("behind:0").build());
    graph.putSignatureDef(Signatures.KEY, signature.build());
  }

  /**
   * The form in which Keras writes: the network in a function that another calls, variables as
   * resources that are handed to it, and a function that would load them.
   */
  Path asFunctions(Path copy) {
    return changed(copy, SavedModelFixture::intoFunctions);
  }

  private static void intoFunctions(MetaGraphDef.Builder meta) {
    var signature = meta.getSignatureDefOrThrow(Signatures.KEY).toBuilder();
    String x = signature.getInputsOrThrow("images").getName().replaceFirst(":0$", "");
    String t = signature.getInputsOrThrow("steps").getName().replaceFirst(":0$", "");
    String answer = signature.getOutputsOrThrow("noise").getName().replaceFirst(":0$", "");
    var nodes = new LinkedHashMap<String, NodeDef>();
    meta.getGraphDef().getNodeList().forEach(node -> nodes.put(node.getName(), node));
    var variables = new ArrayList<NodeDef>();
    var inner = FunctionDef.newBuilder();
    var arguments = inner.getSignatureBuilder().setName("network");
    arguments.addInputArg(argument("images", DataType.DT_FLOAT));
    arguments.addInputArg(argument("steps", DataType.DT_INT32));
    var renamed = new LinkedHashMap<String, String>(Map.of(x, "images", t, "steps"));
    for (var node : nodes.values()) {
      if (node.getOp().equals("VariableV2")) {
        String handle = "v" + variables.size();
        variables.add(node);
        arguments.addInputArg(argument(handle, DataType.DT_RESOURCE));
        inner.addNodeDef(
            NodeDef.newBuilder()
                .setName(node.getName())
                .setOp("ReadVariableOp")
                .addInput(handle)
                .putAttr("dtype", type(DataType.DT_FLOAT)));
        renamed.put(node.getName(), node.getName() + ":value:0");
      }
    }
    for (var node : nodes.values()) {
      if (!renamed.containsKey(node.getName()) && !isOfSaver(node)) {
        var moved = node.toBuilder().clearInput();
        node.getInputList().stream()
            .filter(input -> !input.startsWith("^"))
            .forEach(input -> moved.addInput(inFunction(nodes, renamed, input)));
        inner.addNodeDef(moved);
      }
    }
    arguments.addOutputArg(argument("noise", DataType.DT_FLOAT));
    inner.putRet("noise", inFunction(nodes, renamed, answer));
    var outer = inner.clone().clearNodeDef().clearRet();
    outer.getSignatureBuilder().setName("wrapper");
    var call = call("inside", "network");
    arguments.getInputArgList().forEach(a -> call.addInput(a.getName()));
    outer.addNodeDef(call).putRet("noise", "inside:output:0");

    var graph = meta.getGraphDefBuilder().clear();
    graph.getLibraryBuilder().addFunction(inner).addFunction(outer).addFunction(loading(variables));
    graph.addNode(nodes.get(x)).addNode(nodes.get(t));
    var called = call("StatefulPartitionedCall", "wrapper").addInput(x).addInput(t);
    var loaded = call("loading", "load").addInput("file");
    graph.addNode(
        NodeDef.newBuilder()
            .setName("file")
            .setOp("Placeholder")
            .putAttr("dtype", type(DataType.DT_STRING)));
    for (var variable : variables) {
      graph.addNode(
          NodeDef.newBuilder()
              .setName(variable.getName())
              .setOp("VarHandleOp")
              .putAttr("dtype", type(DataType.DT_FLOAT))
              .putAttr("shape", variable.getAttrOrThrow("shape")));
      called.addInput(variable.getName());
      loaded.addInput(variable.getName());
    }
    graph.addNode(called).addNode(loaded);
    meta.getSaverDefBuilder().setRestoreOpName("loading");
    signature.putOutputs(
        "noise",
        signature.getOutputsOrThrow("noise").toBuilder()
            .setName("StatefulPartitionedCall:0")
            .build());
    meta.putSignatureDef(Signatures.KEY, signature.build());
  }

  private static boolean isOfSaver(NodeDef node) {
    return node.getName().startsWith("save/") || node.getOp().equals("Assign");
  }

  /** {@code node:1} of a graph is {@code node:NAME:INDEX} in a function. */
  private static String inFunction(
      Map<String, NodeDef> nodes, Map<String, String> renamed, String input) {
    String[] parts = input.split(":");
    if (renamed.containsKey(parts[0])) {
      return renamed.get(parts[0]);
    }
    int index = parts.length == 1 ? 0 : Integer.parseInt(parts[1]);
    String op = nodes.get(parts[0]).getOp();
    OpDef definition = OPERATIONS.get(op);
    // Those of several results have either one of each name, or all of one.
    return definition.getOutputArgCount() == 1
        ? parts[0] + ":" + definition.getOutputArg(0).getName() + ":" + index
        : parts[0] + ":" + definition.getOutputArg(index).getName() + ":0";
  }

  /** Reads all variables from a file and gives them to their resources. */
  private static FunctionDef loading(List<NodeDef> variables) {
    var load = FunctionDef.newBuilder();
    var signature = load.getSignatureBuilder().setName("load");
    signature.addInputArg(argument("file", DataType.DT_STRING));
    var names = new ArrayList<String>();
    var types = AttrValue.newBuilder();
    for (var variable : variables) {
      String handle = "v" + names.size();
      signature.addInputArg(argument(handle, DataType.DT_RESOURCE));
      load.addNodeDef(
          NodeDef.newBuilder()
              .setName("value" + names.size())
              .setOp("Identity")
              .addInput("read:tensors:" + names.size())
              .putAttr("T", type(DataType.DT_FLOAT)));
      load.addNodeDef(
          NodeDef.newBuilder()
              .setName("assign" + names.size())
              .setOp("AssignVariableOp")
              .addInput(handle)
              .addInput("value" + names.size() + ":output:0")
              .putAttr("dtype", type(DataType.DT_FLOAT)));
      names.add(variable.getName());
      types.getListBuilder().addType(DataType.DT_FLOAT);
    }
    load.addNodeDef(texts("names", names));
    load.addNodeDef(texts("slices", List.of("")));
    load.addNodeDef(
        NodeDef.newBuilder()
            .setName("read")
            .setOp("RestoreV2")
            .addInput("file")
            .addInput("names:output:0")
            .addInput("slices:output:0")
            .putAttr("dtypes", types.build()));
    return load.build();
  }

  private static NodeDef texts(String name, List<String> texts) {
    var tensor = TensorProto.newBuilder().setDtype(DataType.DT_STRING);
    texts.forEach(text -> tensor.addStringVal(ByteString.copyFromUtf8(text)));
    tensor.getTensorShapeBuilder().addDim(TensorShapeProto.Dim.newBuilder().setSize(texts.size()));
    return NodeDef.newBuilder()
        .setName(name)
        .setOp("Const")
        .putAttr("dtype", type(DataType.DT_STRING))
        .putAttr("value", AttrValue.newBuilder().setTensor(tensor).build())
        .build();
  }

  private static OpDef.ArgDef argument(String name, DataType type) {
    return OpDef.ArgDef.newBuilder().setName(name).setType(type).build();
  }

  private static AttrValue type(DataType type) {
    return AttrValue.newBuilder().setType(type).build();
  }

  private static NodeDef.Builder call(String name, String function) {
    var called = AttrValue.newBuilder();
    called.getFuncBuilder().setName(function);
    return NodeDef.newBuilder()
        .setName(name)
        .setOp("StatefulPartitionedCall")
        .putAttr("f", called.build());
  }
}
