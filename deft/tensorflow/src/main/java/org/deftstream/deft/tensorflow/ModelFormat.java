package org.deftstream.deft.tensorflow;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.TreeSet;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.SavedModel;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorInfo;
import org.tensorflow.proto.TensorProto;
import org.tensorflow.proto.TensorShapeProto;

/**
 * {@code saved_model.pb}: the graph, its signature, and the operations by which TensorFlow loads
 * the variables, which lie in files of their own.
 */
final class ModelFormat {
  private static final String SCOPE = "deftstream/load/";

  private final GraphDef.Builder graph;
  private final List<String> variables;

  private ModelFormat(Graph graph, SavedModels.Model model) {
    this.graph = graph.toGraphDef().toBuilder();
    this.variables = List.copyOf(new TreeSet<>(model.variables().keySet()));
  }

  static SavedModel of(Graph graph, SavedModels.Model model) {
    return new ModelFormat(graph, model).write(model);
  }

  private SavedModel write(SavedModels.Model model) {
    var signature = SignatureDef.newBuilder().setMethodName("tensorflow/serving/predict");
    model.inputs().forEach((name, input) -> signature.putInputs(name, about(input)));
    signature.putOutputs(Signatures.OUTPUT, about(model.output()));
    var meta = MetaGraphDef.newBuilder().putSignatureDef(Signatures.KEY, signature.build());
    meta.getMetaInfoDefBuilder().addTags("serve");
    if (!variables.isEmpty()) {
      addLoading();
      meta.getSaverDefBuilder()
          .setFilenameTensorName(SCOPE + "file:0")
          .setSaveTensorName(SCOPE + "file:0")
          .setRestoreOpName(SCOPE + "all")
          .setVersion(org.tensorflow.proto.SaverDef.CheckpointFormatVersion.V2);
    }
    meta.setGraphDef(graph);
    return SavedModel.newBuilder().setSavedModelSchemaVersion(1).addMetaGraphs(meta).build();
  }

  private static TensorInfo about(Operand<?> operand) {
    var output = operand.asOutput();
    var sides = TensorShapeProto.newBuilder();
    var shape = output.shape();
    if (shape.isUnknown()) {
      sides.setUnknownRank(true);
    } else {
      for (long side : shape.asArray()) {
        sides.addDim(TensorShapeProto.Dim.newBuilder().setSize(side));
      }
    }
    return TensorInfo.newBuilder()
        .setName(output.op().name() + ":" + output.index())
        .setDtype(output.dataType())
        .setTensorShape(sides)
        .build();
  }

  private void addLoading() {
    add("file", "Placeholder").putAttr("dtype", type(DataType.DT_STRING));
    texts("names", variables);
    texts("slices", Collections.nCopies(variables.size(), ""));
    var types = AttrValue.newBuilder();
    var assigned = new ArrayList<String>();
    for (String variable : variables) {
      types.getListBuilder().addType(DataType.DT_FLOAT);
      String name = "assign" + assigned.size();
      add(name, "Assign")
          .addInput(variable)
          .addInput(SCOPE + "values:" + assigned.size())
          .putAttr("T", type(DataType.DT_FLOAT));
      assigned.add("^" + SCOPE + name);
    }
    add("values", "RestoreV2")
        .addInput(SCOPE + "file")
        .addInput(SCOPE + "names")
        .addInput(SCOPE + "slices")
        .putAttr("dtypes", types.build());
    add("all", "NoOp").addAllInput(assigned);
  }

  private NodeDef.Builder add(String name, String operation) {
    return graph.addNodeBuilder().setName(SCOPE + name).setOp(operation);
  }

  private void texts(String name, List<String> texts) {
    var tensor = TensorProto.newBuilder().setDtype(DataType.DT_STRING);
    tensor.getTensorShapeBuilder().addDimBuilder().setSize(texts.size());
    texts.forEach(text -> tensor.addStringVal(ByteString.copyFromUtf8(text)));
    add(name, "Const")
        .putAttr("dtype", type(DataType.DT_STRING))
        .putAttr("value", AttrValue.newBuilder().setTensor(tensor).build());
  }

  private static AttrValue type(DataType type) {
    return AttrValue.newBuilder().setType(type).build();
  }
}
