package org.deftstream.deft.tensorflow.savedmodel;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tensorflow.proto.SaverDef;
import org.tensorflow.proto.TensorProto;

/**
 * Under which name each variable of a graph lies in its file. A SavedModel says so by the
 * operations with which TensorFlow would load it: they are read here and never run, so the file
 * that they name does not matter.
 */
final class RestoredVariables {
  private static final Set<String> ASSIGNMENTS = Set.of("Assign", "AssignVariableOp");
  static final Set<String> VARIABLES = Set.of("VarHandleOp", "VariableV2", "Variable");

  private final FlatGraph graph;

  private RestoredVariables(FlatGraph graph) {
    this.graph = graph;
  }

  /**
   * Names by variables.
   *
   * @throws IllegalArgumentException if the graph is not sound
   */
  static Map<FlatGraph.Node, String> names(FlatGraph graph, SaverDef saver) {
    var restored = new RestoredVariables(graph);
    var names = new HashMap<FlatGraph.Node, String>();
    for (var node : graph.waitedFor(saver.getRestoreOpName().replaceFirst(":.*", ""))) {
      if (ASSIGNMENTS.contains(node.operation())) {
        var variable = graph.operand(node, 0).node();
        String name = restored.name(graph.operand(node, 1));
        if (name != null && VARIABLES.contains(variable.operation())) {
          names.put(variable, name);
        }
      }
    }
    return names;
  }

  /** The name of a value that is read from the file as a whole; null if it is another. */
  private String name(FlatGraph.Output assigned) {
    var value = assigned;
    while (value.node().operation().equals("Identity")) {
      value = graph.operand(value.node(), 0);
    }
    var read = value.node();
    if (!read.operation().equals("RestoreV2")) {
      return null;
    }
    var slices = graph.operand(read, 2).node();
    String slice = slices.operation().equals("ZerosLike") ? "" : text(slices, value.index());
    String name = text(graph.operand(read, 1).node(), value.index());
    return slice == null || !slice.isEmpty() ? null : name;
  }

  private static String text(FlatGraph.Node node, int index) {
    if (!node.operation().equals("Const")) {
      return null;
    }
    TensorProto tensor = node.definition().getAttrOrDefault("value", Types.NONE).getTensor();
    if (!tensor.getTensorContent().isEmpty()) {
      return packed(tensor, index);
    }
    List<ByteString> texts = tensor.getStringValList();
    // Equal values at the end are written once.
    return texts.isEmpty() ? null : texts.get(Math.min(index, texts.size() - 1)).toStringUtf8();
  }

  /** The lengths of all texts come first, then the texts. */
  private static String packed(TensorProto tensor, int index) {
    var content = tensor.getTensorContent();
    long texts =
        tensor.getTensorShape().getDimCount() == 1
            ? tensor.getTensorShape().getDim(0).getSize()
            : 1;
    if (index >= texts || texts > content.size()) {
      return null;
    }
    try {
      var in = content.newCodedInput();
      long before = 0;
      long length = 0;
      for (int i = 0; i < texts; i++) {
        int next = in.readRawVarint32();
        before += i < index ? next : 0;
        length = i == index ? next : length;
      }
      long from = in.getTotalBytesRead() + before;
      return before < 0 || length < 0 || from + length > content.size()
          ? null
          : content.substring((int) from, (int) (from + length)).toStringUtf8();
    } catch (IOException e) {
      throw new IllegalArgumentException("the names of its variables are damaged", e);
    }
  }
}
