package org.deftstream.deft.tensorflow.savedmodel;

import com.google.protobuf.InvalidProtocolBufferException;
import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.deftstream.deft.UserError;
import org.deftstream.deft.prior.ModelFile;
import org.deftstream.deft.prior.ModelPorts;
import org.deftstream.deft.prior.PriorLayout;
import org.deftstream.deft.prior.PriorRuntime;
import org.deftstream.deft.tensor.TensorSource;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.OpDef;
import org.tensorflow.proto.SavedModel;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorInfo;
import org.tensorflow.proto.TensorShapeProto;

/**
 * A SavedModel that came from elsewhere. What its signature answers is taken out of it as a graph
 * of {@link PureOperations} and its variables; everything else (what loads and saves it,
 * initialises tables, other signatures) is left where it lies, and nothing of it is ever run.
 * Closed by whoever opened it; not thread-safe.
 */
public final class ForeignModel implements PriorRuntime.Model {
  private static final String FILE = "saved_model.pb";
  private static final String TAG = "serve";
  private static final String SIGNATURE = "serving_default";

  private final PriorRuntime.Network network;
  private final GraphDef graph;
  private final Map<String, TensorSource> weights = new LinkedHashMap<>();
  private TensorBundle variables;

  /**
   * Reads a SavedModel.
   *
   * @param operations those of TensorFlow, by their names
   * @throws UserError if it is none, or not one of a prior; one line that names it
   */
  public static ForeignModel read(Path folder, Map<String, OpDef> operations) {
    Path file = folder.resolve(FILE);
    if (!Files.exists(file)) {
      throw new UserError(
          folder
              + ": "
              + (Files.isDirectory(folder)
                  ? FILE + " is missing"
                  : Files.exists(folder) ? "a SavedModel is a folder" : "there is no such folder")
              + (Files.exists(folder.resolve(FILE + "txt")) ? "; as text it is not read" : ""));
    }
    byte[] content = SmallFiles.read(file);
    try {
      return new ForeignModel(folder, SavedModel.parseFrom(content), operations);
    } catch (InvalidProtocolBufferException e) {
      throw new UserError(file + ": " + SmallFiles.unsound(content, "SavedModel"), e);
    } catch (IllegalArgumentException e) {
      throw new UserError(file + ": " + e.getMessage(), e);
    }
  }

  private ForeignModel(Path folder, SavedModel model, Map<String, OpDef> operations) {
    var served = served(model);
    var signature = signature(served);
    var flat = new FlatGraph(served.getGraphDef(), operations);
    if (signature.getOutputsCount() != 1) {
      throw new IllegalArgumentException(
          "its signature has "
              + signature.getOutputsCount()
              + " outputs; a prior's has one, an image");
    }
    var inputs = new ArrayList<ModelPorts.Port>();
    var wanted = new ArrayList<FlatGraph.Output>();
    for (var input : signature.getInputsMap().values()) {
      // Wanted even if no answer needs it, as that of a denoiser that is not told the noise.
      wanted.add(flat.output(input.getName()));
      var placeholder = wanted.get(wanted.size() - 1).node();
      if (!placeholder.operation().equals("Placeholder")) {
        throw new IllegalArgumentException(
            "its input " + Names.shown(input.getName()) + " is no placeholder");
      }
      inputs.add(port(placeholder.name(), input));
    }
    var told = signature.getOutputsMap().values().iterator().next();
    var answer = flat.output(told.getName());
    network = ModelPorts.network(inputs, port(reference(answer), told));
    wanted.add(answer);
    var needed = flat.needed(wanted);
    graph = graph(flat, needed, served, folder.resolve("variables/variables"), operations);
    try {
      var names = inputs.stream().map(ModelPorts.Port::name).collect(Collectors.toSet());
      PureGraph.check(graph, names, weights);
    } catch (IllegalArgumentException e) {
      close();
      throw e;
    }
  }

  private static MetaGraphDef served(SavedModel model) {
    var graphs = model.getMetaGraphsList();
    var served =
        graphs.stream().filter(g -> g.getMetaInfoDef().getTagsList().contains(TAG)).toList();
    if (served.size() != 1 && graphs.size() != 1) {
      throw new IllegalArgumentException(
          "it has " + graphs.size() + " graphs, and not one that is for '" + TAG + "'");
    }
    return served.size() == 1 ? served.get(0) : graphs.get(0);
  }

  private static SignatureDef signature(MetaGraphDef graph) {
    var signatures =
        graph.getSignatureDefMap().entrySet().stream()
            .filter(s -> !s.getKey().startsWith("__"))
            .toList();
    for (var signature : signatures) {
      if (signature.getKey().equals(SIGNATURE) || signatures.size() == 1) {
        return signature.getValue();
      }
    }
    throw new IllegalArgumentException(
        "it has " + signatures.size() + " signatures, and none is called " + SIGNATURE);
  }

  private static ModelPorts.Port port(String name, TensorInfo tensor) {
    var shape = tensor.getTensorShape();
    long[] sides =
        tensor.getEncodingCase() != TensorInfo.EncodingCase.NAME || shape.getUnknownRank()
            ? null
            : shape.getDimList().stream().mapToLong(TensorShapeProto.Dim::getSize).toArray();
    return new ModelPorts.Port(name, Types.word(tensor.getDtype()), sides);
  }

  private static String reference(FlatGraph.Output output) {
    return output.node().name() + ":" + output.index();
  }

  private GraphDef graph(
      FlatGraph flat,
      Set<FlatGraph.Node> needed,
      MetaGraphDef served,
      Path prefix,
      Map<String, OpDef> operations) {
    Map<FlatGraph.Node, String> names = null;
    var made = GraphDef.newBuilder().setVersions(served.getGraphDef().getVersions());
    try {
      for (var node : needed) {
        if (RestoredVariables.VARIABLES.contains(node.operation())) {
          names = names == null ? RestoredVariables.names(flat, served.getSaverDef()) : names;
          variables = variables == null ? TensorBundle.open(prefix) : variables;
          made.addNode(variable(node, names.get(node)));
        } else {
          made.addNode(operation(flat, node, operations));
        }
      }
      return made.build();
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  private NodeDef variable(FlatGraph.Node node, String name) {
    if (name == null) {
      throw new IllegalArgumentException(
          "variable " + Names.shown(node.name()) + " is not one that is loaded from variables/");
    }
    var weight = variables.tensor(name);
    var shape = TensorShapeProto.newBuilder();
    for (int side : weight.shape()) {
      shape.addDim(TensorShapeProto.Dim.newBuilder().setSize(side));
    }
    weights.put(node.name(), weight);
    return NodeDef.newBuilder()
        .setName(node.name())
        .setOp(PureGraph.VARIABLE)
        .putAttr("dtype", type(DataType.DT_FLOAT))
        .putAttr("shape", AttrValue.newBuilder().setShape(shape).build())
        .build();
  }

  private static AttrValue type(DataType type) {
    return AttrValue.newBuilder().setType(type).build();
  }

  private static NodeDef operation(
      FlatGraph flat, FlatGraph.Node node, Map<String, OpDef> operations) {
    var made = NodeDef.newBuilder().setName(node.name());
    flat.operands(node).forEach(operand -> made.addInput(reference(operand)));
    var given = node.definition().getAttrMap();
    switch (node.operation()) {
      case "ReadVariableOp" -> made.setOp("Identity").putAttr("T", type(DataType.DT_FLOAT));
      case "ResourceGather" -> {
        if (given.getOrDefault("batch_dims", Types.NONE).getI() != 0) {
          throw new IllegalArgumentException("ResourceGather of batches is not understood");
        }
        made.setOp("Gather")
            .putAttr("Tparams", type(DataType.DT_FLOAT))
            .putAttr("Tindices", given.getOrDefault("Tindices", Types.NONE));
      }
      default -> {
        PureGraph.requirePure(node.definition());
        made.setOp(node.operation());
        // Notes for compilers, devices and debuggers stay behind.
        operations.get(node.operation()).getAttrList().stream()
            .map(OpDef.AttrDef::getName)
            .filter(given::containsKey)
            .forEach(attribute -> made.putAttr(attribute, given.get(attribute)));
      }
    }
    return made.build();
  }

  @Override
  public PriorRuntime.Network network() {
    return network;
  }

  /** Empty: a SavedModel has no place for it. */
  @Override
  public List<Double> alphaBar() {
    return List.of();
  }

  @Override
  public List<ModelFile> files() {
    return List.of(
        new ModelFile(PriorLayout.GRAPH, () -> new ByteArrayInputStream(graph.toByteArray())));
  }

  @Override
  public Map<String, TensorSource> weights() {
    return weights;
  }

  @Override
  public void close() {
    if (variables != null) {
      variables.close();
    }
  }
}
